"""The commands of `gluelocal` but for `dq`, by what they are about.

What needs the extra [account] is imported by the commands that use it: the base has the others.
"""
