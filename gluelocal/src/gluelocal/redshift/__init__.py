"""The account's Redshift: a wire gateway in front of an embedded PostgreSQL.

`python -m gluelocal.redshift` runs it as a process of its own; `config.py` says what it reads on
standard input and `__main__.py` what it answers on standard output.
"""
