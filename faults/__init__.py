"""Fault injection: the real job is broken, repaired and run again, and every row is looked for.

`python -m faults` needs the development environment. Nothing of it ships.
"""
