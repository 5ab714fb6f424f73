"""What the door adds to dqdl's errors."""

from dqdl.errors import DqdlError, OptionError


class UnsupportedOptionError(DqdlError, NotImplementedError):
    """An option of AWS that this package knows and does not implement."""


class ArgumentTypeError(OptionError, TypeError):
    """An argument of the wrong kind, such as a Spark DataFrame in place of a DynamicFrame."""


class PublishingError(DqdlError):
    """Results that could not be handed to the local account, or written under resultsS3Prefix."""
