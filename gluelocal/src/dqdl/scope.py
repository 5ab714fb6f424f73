"""What a rule may know while it is planned: the frame's columns, the clock, regular expressions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from dqdl import sql
from dqdl.errors import RuleFailedError

INTEGERS = frozenset({"tinyint", "smallint", "int", "bigint"})
FLOATS = frozenset({"float", "double"})

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


@dataclass(frozen=True)
class Scope:
    """`columns`: (name, type) of the frame; `now`: the evaluation's one moment, UTC.

    `sources`: the columns of the further frames, by alias. `find`: whether a Java regular
    expression is found in a text; it raises RuleFailedError for an invalid expression. `ansi`:
    the session's `spark.sql.ansi.enabled`.
    """

    columns: Sequence[tuple[str, str]]
    now: datetime
    find: Callable[[str, str], bool]
    case_sensitive: bool = False
    ansi: bool = False
    sources: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)

    def of_source(self, alias: str) -> "Scope":
        """The scope of a further frame; RuleFailedError when there is none of that alias."""
        if alias not in self.sources:
            raise RuleFailedError(f"{alias} not found in additional sources")
        return replace(self, columns=self.sources[alias], sources={})

    def column(self, written: str) -> Column:
        """The column that Spark would resolve; RuleFailedError unless there is exactly one.

        A name may carry its own backticks ("`a.b`"), as rules for AWS Glue have to.
        """
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
        raise RuleFailedError(f"Input data does not include column {written}!")

    def _same(self, name: str, written: str) -> bool:
        if self.case_sensitive:
            return name == written
        return name.lower() == written.lower()


def _unquoted(written: str) -> str:
    if len(written) > 2 and written[0] == written[-1] == "`":
        return written[1:-1].replace("``", "`")
    return written
