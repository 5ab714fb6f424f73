"""The root of every error that dqdl raises on purpose."""


class DqdlError(Exception):
    """Root of the package's errors."""


class DqdlSyntaxError(DqdlError):
    """A ruleset that is not valid DQDL.

    `line` and `column` count from 1 and point at the first character of what was found. The text
    starts with `Parsing Error: `, as AWS Glue's does.
    """

    def __init__(self, line: int, column: int, message: str) -> None:
        super().__init__(f"Parsing Error: line {line}:{column} {message}")
        self.line = line
        self.column = column
        self.message = message


class OptionError(DqdlError):
    """An evaluation option that does not exist, or a value that it does not take."""


class UnsupportedRuleError(DqdlError):
    """A rule that DQDL knows and this package cannot evaluate yet."""


class HistoryError(DqdlError):
    """History that cannot be read or written, or a record in it that is damaged."""


class RuleFailedError(DqdlError):
    """A rule that cannot be evaluated on this frame; its text is the rule's FailureReason.

    It never leaves `evaluate`: the rule is Failed with the reason, the others go on.
    """


class DuplicateRuleTypeError(DqdlError):
    """Two modules of `dqdl.rules` claim the same rule type."""
