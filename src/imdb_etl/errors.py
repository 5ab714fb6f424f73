"""Every error that the pipeline and its commands raise on purpose.

A message says what was wrong (with the value), what is valid or expected, and what to do next.
On Glue an error that leaves the script becomes the run's `ErrorMessage`.
"""


class ImdbEtlError(Exception):
    """Root of the package's errors."""


class ConfigError(ImdbEtlError):
    """A configuration that is incomplete, has unknown keys or values of a wrong type."""


class RulesetError(ImdbEtlError):
    """A ruleset that is missing, is not valid DQDL, or names columns that the data lacks."""


class SourceError(ImdbEtlError):
    """The input is missing, empty, not in the catalog, or lacks columns."""


class GateError(ImdbEtlError):
    """A rule on the dataset as a whole failed, and by the configuration this stops the load."""


class AuditError(ImdbEtlError):
    """Rows were lost or doubled on the way; nothing of the run stays in the target table."""


class NotificationError(ImdbEtlError):
    """The run's summary event was not accepted."""


class SinkError(ImdbEtlError):
    """A sink did not take the rows.

    `retryable` is true when the same run may succeed later without a change (a lost connection, a
    serialization conflict), and false when somebody has to repair something first. `undone` is true
    when the database itself said why it refused; otherwise nobody knows whether a COMMIT was done.
    """

    def __init__(self, message: str, *, retryable: bool, undone: bool) -> None:
        super().__init__(message)
        self.retryable = retryable
        self.undone = undone
