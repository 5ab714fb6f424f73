"""The root of every error that gluelocal raises on purpose.

A message says what was wrong (with the value), what is valid, and what to do next; the command line
prints it alone, without a traceback.
"""


class GluelocalError(Exception):
    """Root of the package's errors."""


class UsageError(GluelocalError):
    """The caller asked for something that cannot be; nothing was changed."""
