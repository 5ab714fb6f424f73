"""The root of every error that awsglue raises on purpose.

On the service most of these arrive as a Py4JJavaError with a Java stack; here they are Python
exceptions that say what was wrong, what is valid and what to do next.
"""

PARITY_PAGE = "docs/parity.md"
"""Where it stands what is supported, what differs and what is not there."""


class GlueRuntimeError(Exception):
    """Root of the package's errors."""


class EntityNotFoundError(GlueRuntimeError):
    """The Data Catalog has no such database, table or connection."""


class InvalidOptionError(GlueRuntimeError, ValueError):
    """An option's value cannot be used; the message lists what can."""


class DataReadError(GlueRuntimeError):
    """The data of a source cannot be read as the caller or the catalog describes it."""


class CatalogUpdateError(GlueRuntimeError):
    """The rows are written, and the Data Catalog could not be told of them."""


class ErrorThresholdExceededError(GlueRuntimeError):
    """More records failed in a transformation than its thresholds allow."""


class UnknownNameError(GlueRuntimeError):
    """A registry has nothing under the name that was asked for."""


class NotSupportedError(GlueRuntimeError, NotImplementedError):
    """A part of AWS Glue that gluelocal does not have; nothing was pretended."""

    def __init__(self, what: str, instead: str = "") -> None:
        hint = f": {instead}" if instead else ""
        super().__init__(f"{what} is not supported by gluelocal{hint} ({PARITY_PAGE} has the list)")
