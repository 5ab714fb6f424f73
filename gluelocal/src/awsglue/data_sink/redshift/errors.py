"""What can go wrong between a frame and a Redshift table."""

from awsglue.errors import GlueRuntimeError


class RedshiftConnectionError(GlueRuntimeError):
    """There is no way to the database: address, user, password, or no driver."""


class RedshiftReadError(GlueRuntimeError):
    """The database would not describe or unload what was to be read."""


class RedshiftLoadError(GlueRuntimeError):
    """A statement of the load failed, or the connection was lost; the message says what stands."""
