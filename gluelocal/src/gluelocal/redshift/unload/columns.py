"""What a query gives: its columns in Redshift's types, as the client's transaction sees them."""

from dataclasses import dataclass

import pyarrow as pa

from gluelocal.redshift.backend import Backend
from gluelocal.redshift.errors import NotSupportedError
from gluelocal.redshift.sql.rewrite import plan
from gluelocal.redshift.sql.steps import Dialect, PassThrough

_HEADER = 4
# PostgreSQL computes decimals without bounds; Redshift's have 38 digits.
_COMPUTED = (38, 18)


@dataclass(frozen=True)
class ColumnType:
    """`base` as a manifest names it; `arrow` None where Parquet has no such type on Redshift."""

    base: str
    arrow: pa.DataType | None
    expression: str = "{}"

    @property
    def is_text(self) -> bool:
        """CHAR and VARCHAR: what ESCAPE changes."""
        return self.base in ("character", "character varying")


_TEXT = ColumnType("character varying", pa.string())
# By the type's number in PostgreSQL's pg_type.
_TYPES = {
    16: ColumnType("boolean", pa.bool_()),
    17: ColumnType("binary varying", None, "pg_catalog.encode({}, 'hex')"),
    18: _TEXT,
    19: _TEXT,
    20: ColumnType("bigint", pa.int64()),
    21: ColumnType("smallint", pa.int16()),
    23: ColumnType("integer", pa.int32()),
    25: _TEXT,
    700: ColumnType("real", pa.float32()),
    701: ColumnType("double precision", pa.float64()),
    705: _TEXT,
    1042: ColumnType("character", pa.string()),
    1043: _TEXT,
    1082: ColumnType("date", pa.date32()),
    1083: ColumnType("time without time zone", None),
    1266: ColumnType("time with time zone", None),
    1114: ColumnType("timestamp without time zone", pa.timestamp("us")),
    1184: ColumnType("timestamp with time zone", pa.timestamp("us")),
    1700: ColumnType("numeric", pa.decimal128(*_COMPUTED)),
    # What the local SUPER is: a jsonb under a number of its own.
    3802: ColumnType("super", pa.string()),
    4000: ColumnType("super", pa.string()),
}
_NUMERIC = 1700
_TIMESTAMPTZ = 1184


@dataclass(frozen=True)
class ResultColumn:
    """A column of the query."""

    name: str
    type_id: int
    modifier: int

    @property
    def type(self) -> ColumnType:
        return _TYPES[self.type_id]

    @property
    def precision_and_scale(self) -> tuple[int, int]:
        """Of a numeric column."""
        if self.modifier < _HEADER:
            return _COMPUTED
        bounds = self.modifier - _HEADER
        return (bounds >> 16) & 0xFFFF, bounds & 0x7FF

    @property
    def arrow(self) -> pa.DataType:
        """Its type in Parquet; NotSupportedError where it has none."""
        if self.type_id == _NUMERIC:
            return pa.decimal128(*self.precision_and_scale)
        if self.type.arrow is None:
            raise NotSupportedError(
                f"UNLOAD of column {self.name} of type {self.type.base} to PARQUET",
                hint="Cast it to varchar in the query.",
            )
        return self.type.arrow

    @property
    def manifest_type(self) -> dict[str, object]:
        """The `type` of a schema element in a verbose manifest."""
        described: dict[str, object] = {"base": self.type.base}
        if self.type_id == _NUMERIC:
            described["precision"], described["scale"] = self.precision_and_scale
        elif self.type.is_text and self.modifier >= _HEADER:
            described["max_length"] = self.modifier - _HEADER
        return described

    def expression(self, reference: str, typed: bool) -> str:
        """SQL whose text is what the files hold; `typed` for files that have types."""
        if typed and self.type_id == _TIMESTAMPTZ:
            # The instant, in UTC: the zone is not unloaded.
            return f"({reference} AT TIME ZONE 'UTC')"
        if typed and self.type_id == _NUMERIC and self.modifier < _HEADER:
            return f"pg_catalog.round({reference}, {_COMPUTED[1]})"
        return self.type.expression.format(reference)


@dataclass(frozen=True)
class Result:
    """A query's columns, and the SQL that reads it."""

    query: str
    columns: tuple[ResultColumn, ...]

    def copy_statement(self, typed: bool) -> str:
        """Its rows as CSV: NULL is an empty field, an empty string is in quotes."""
        references = [f"c{position}" for position in range(len(self.columns))]
        values = ", ".join(
            column.expression(reference, typed)
            for column, reference in zip(self.columns, references, strict=True)
        )
        listed = ", ".join(references)
        return (
            f"COPY (SELECT {values} FROM (\n{self.query}\n) AS unloaded ({listed})) "
            "TO STDOUT (FORMAT csv)"
        )


async def describe(backend: Backend, query: str, case_sensitive: bool) -> Result:
    """The query in PostgreSQL's words; RedshiftError when it cannot run."""
    steps = plan(query, Dialect(case_sensitive))
    assert len(steps) == 1 and isinstance(steps[0], PassThrough), "the parser lets only SELECT by"
    sql = steps[0].sql
    answer = await backend.execute(f"SELECT * FROM (\n{sql}\n) AS unloaded LIMIT 0")
    columns = [ResultColumn(f.name, f.type_id, f.modifier) for f in answer.fields]
    for column in columns:
        if column.type_id not in _TYPES:
            raise NotSupportedError(
                f"UNLOAD of column {column.name} of PostgreSQL's type number {column.type_id}",
                hint="Cast it to varchar in the query.",
            )
    return Result(sql, tuple(columns))
