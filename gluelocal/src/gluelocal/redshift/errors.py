"""Errors of the Redshift gateway.

`RedshiftError` is what a client sees as an ErrorResponse; the two others never reach a client.
"""

from gluelocal.errors import GluelocalError

INTERNAL_ERROR = "XX000"
FEATURE_NOT_SUPPORTED = "0A000"
SYNTAX_ERROR = "42601"
IN_FAILED_TRANSACTION = "25P02"
ACTIVE_TRANSACTION = "25001"
INVALID_PASSWORD = "28000"
PROTOCOL_VIOLATION = "08P01"
QUERY_CANCELED = "57014"
CANNOT_CONNECT = "08006"


class StartError(GluelocalError):
    """The process could not start; the message names the cause and the next step."""


class ProtocolError(GluelocalError):
    """A client sent bytes that are no message of the protocol; its connection is closed."""


class RedshiftError(GluelocalError):
    """An error that a client gets, with its SQLSTATE and, where they help, `detail` and `hint`."""

    def __init__(
        self, message: str, sqlstate: str = INTERNAL_ERROR, detail: str = "", hint: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.sqlstate = sqlstate
        self.detail = detail
        self.hint = hint


class NotSupportedError(RedshiftError):
    """Something that Redshift has and this gateway does not; it is refused by name."""

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(f"{what} is not supported by gluelocal", FEATURE_NOT_SUPPORTED, hint=hint)


class SqlSyntaxError(RedshiftError):
    """A statement that the gateway itself has to understand, and cannot."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, SYNTAX_ERROR, hint=hint)
