"""What formats hand over, and what can be wrong with a row."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pyarrow as pa

from gluelocal.redshift.copy.target import Column


class ValueFormatError(Exception):
    """One value that doesn't fit its column: an error code of Redshift's load errors, and why."""

    def __init__(self, code: int, reason: str, position: int = 0) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.position = position


@dataclass(frozen=True)
class RowError:
    """A row that was not loaded, as stl_load_errors tells it; `column` is None for a whole line."""

    file: str
    line: int
    code: int
    reason: str
    column: Column | None = None
    position: int = 0
    raw_line: str = ""
    raw_value: str = ""


@dataclass
class Batch:
    """Rows of one file, a column each in the target's order.

    A column of strings or bytes holds text still to be parsed; any other type holds values.
    `lines` are the rows' line numbers; `rejected` are lines that gave no row at all.
    """

    file: str
    columns: list[pa.Array]
    lines: list[int] | range
    raw_line: Callable[[int], str]
    rejected: list[RowError] = field(default_factory=list)
