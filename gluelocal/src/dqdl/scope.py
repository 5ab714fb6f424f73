"""What a rule may know while it is planned: the frame's columns, the clock, regular expressions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from dqdl import sql
from dqdl.errors import RuleFailedError
from dqdl.files import FileInventory

# The frame's name in SQL, and where a rule names a dataset.
PRIMARY = "primary"

INTEGERS = frozenset({"tinyint", "smallint", "int", "bigint"})
FLOATS = frozenset({"float", "double"})

UNKNOWN_COLUMN = "Input data does not include column {}!"
# The rules that Glue evaluates outside its metrics engine word it so.
NOT_IN_DATASET = "Column {} does not exist in the dataset"

_CLASSES = {
    "tinyint": "ByteType",
    "smallint": "ShortType",
    "int": "IntegerType",
    "bigint": "LongType",
    "float": "FloatType",
    "double": "DoubleType",
    "string": "StringType",
    "boolean": "BooleanType",
    "date": "DateType",
    "timestamp": "TimestampType",
    "timestamp_ntz": "TimestampNTZType",
    "binary": "BinaryType",
}
# The order in which Glue's message lists them.
_NUMERIC_CLASSES = "DecimalType,LongType,IntegerType,DoubleType,ByteType,FloatType,ShortType"


@dataclass(frozen=True)
class Column:
    """`written` as the rule spells it, `sql` safe to put into an expression, `type` as in DDL."""

    written: str
    sql: str
    type: str

    @property
    def is_integer(self) -> bool:
        return self.type in INTEGERS

    @property
    def is_float(self) -> bool:
        return self.type in FLOATS

    @property
    def is_numeric(self) -> bool:
        return self.is_integer or self.is_float or self.type.startswith("decimal")

    @property
    def is_string(self) -> bool:
        return self.type == "string" or self.type.startswith(("char(", "varchar("))

    @property
    def is_temporal(self) -> bool:
        return self.type in ("date", "timestamp", "timestamp_ntz")

    @property
    def type_class(self) -> str:
        """The type's name in Glue's messages."""
        if self.type.startswith("decimal"):
            return "DecimalType" + self.type.removeprefix("decimal")
        return _CLASSES.get(self.type, self.type)

    def require_numeric(self) -> "Column":
        if not self.is_numeric:
            raise RuleFailedError(
                f"Expected type of column {self.written} to be one of ({_NUMERIC_CLASSES}), "
                f"but found {self.type_class} instead!"
            )
        return self

    def require_string(self) -> "Column":
        if not self.is_string:
            raise RuleFailedError(
                f"Expected type of column {self.written} to be StringType, "
                f"but found {self.type_class} instead!"
            )
        return self


def _no_history(_metric: str, _count: int) -> Sequence[float]:
    return ()


@dataclass(frozen=True)
class Scope:
    """`columns`: (name, type) of the frame; `now`: the evaluation's one moment, UTC.

    `sources`: the columns of the further frames, by alias. `find`: whether a Java regular
    expression is found in a text; it raises RuleFailedError for an invalid expression. `ansi`:
    the session's `spark.sql.ansi.enabled`. `history`: a metric's newest earlier values, at most
    so many, newest first. `files`: what the evaluation has found out about files so far.
    """

    columns: Sequence[tuple[str, str]]
    now: datetime
    find: Callable[[str, str], bool]
    case_sensitive: bool = False
    ansi: bool = False
    sources: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    history: Callable[[str, int], Sequence[float]] = _no_history
    files: FileInventory = field(default_factory=FileInventory, compare=False)

    def of_source(self, alias: str) -> "Scope":
        """The scope of a further frame; RuleFailedError when there is none of that alias."""
        if alias not in self.sources:
            raise RuleFailedError(f"{alias} not found in additional sources")
        return replace(self, columns=self.sources[alias], sources={})

    def column(self, written: str, unknown: str = UNKNOWN_COLUMN) -> Column:
        """The column that Spark would resolve; RuleFailedError unless there is exactly one.

        A name may carry its own backticks ("`a.b`"), as rules for AWS Glue have to. `unknown` words
        the reason when there is none; {} stands for the name.
        """
        found = self.lookup(written)
        if found is None:
            raise RuleFailedError(unknown.format(written))
        return found

    def lookup(self, written: str) -> Column | None:
        """As `column`, but None when there is none; an ambiguous name is still an error."""
        for candidate in (written, _unquoted(written)):
            found = [entry for entry in self.columns if self._same(entry[0], candidate)]
            if len(found) > 1:
                listed = ", ".join(name for name, _ in found)
                raise RuleFailedError(
                    f"Column {written} is ambiguous: it could be any of {listed}!"
                )
            if found:
                name, kind = found[0]
                return Column(written, sql.name(name), kind)
        return None

    def _same(self, name: str, written: str) -> bool:
        if self.case_sensitive:
            return name == written
        return name.lower() == written.lower()


def _unquoted(written: str) -> str:
    if len(written) > 2 and written[0] == written[-1] == "`":
        return written[1:-1].replace("``", "`")
    return written
