"""What the door adds to dqdl's errors."""

from dqdl.errors import DqdlError


class UnsupportedOptionError(DqdlError, NotImplementedError):
    """An option of AWS Glue that this package knows and does not implement yet."""
