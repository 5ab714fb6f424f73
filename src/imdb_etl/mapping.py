"""Step 4: source columns -> the target's names and types, exactly or not at all.

A cell that does not convert without loss rejects its row with a reason; it never becomes a silent
NULL. Everything here is a pure Column expression: no action, no I/O.

Each value is tried the short way first, which proves by itself that nothing was lost (the number,
written again, is the text), and only what is written otherwise goes through the patterns. Reasons
are put into words for rejected rows alone. On millions of rows both make most of the difference.
"""

from collections.abc import Mapping, Sequence

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame
from pyspark.sql import functions as sf
from pyspark.sql.types import DataType, DoubleType, LongType, StringType

from imdb_etl.cells import cell_text, is_present
from imdb_etl.config import Column, Reads
from imdb_etl.names import REJECT_REASONS, TARGET

CONVERTS = "_converts"
"""Whether every cell of a row converts."""

_VALUE = "_value_"
_SHOWN = 100

_RANGES = {
    "smallint": (-(2**15), 2**15 - 1),
    "integer": (-(2**31), 2**31 - 1),
    "bigint": (-(2**63), 2**63 - 1),
}

# How a source writes a number: what a cell looks like (group 1 is the number, of digits and what is
# dropped from it), if it is not the number alone; what is dropped; and how to say it to a person.
# \A and \z, as $ also matches before a last line break.
_READS: dict[Reads, tuple[str, str, str]] = {
    "plain": ("", "", "digits"),
    "minutes": (r"\A([0-9]+) ?min\z", "", "minutes such as '142 min'"),
    "thousands": (r"\A([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)\z", ",", "digits such as '28,341,469'"),
}
_MINUTES = " min"


def convert(rows: DataFrame, columns: Sequence[Column]) -> DataFrame:
    """`rows` with TARGET, a struct of the target's columns, and CONVERTS."""
    types = _types(rows)
    cells = {_VALUE + c.name: converted(c, types[c.source]) for c in columns}
    # Always true. An expression that is not deterministic keeps Spark from testing a row by
    # expressions of its own, which would convert every cell once more.
    converts = sf.spark_partition_id() >= 0
    for column in columns:
        is_valid = sf.col(_VALUE + column.name).isNotNull()
        if column.nullable:
            is_valid |= ~is_present(column.source, types[column.source])
        converts &= is_valid
    target = sf.struct(*(sf.col(_VALUE + c.name).alias(c.name) for c in columns))
    return rows.withColumns(cells).withColumns({TARGET: target, CONVERTS: converts}).drop(*cells)


def values(rows: DataFrame, columns: Sequence[Column], names: Sequence[str]) -> list[Expression]:
    """The converted values of some of the target's columns, in the order of their names."""
    types, by_name = _types(rows), {column.name: column for column in columns}
    wanted = (by_name[name] for name in names)
    return [converted(column, types[column.source]) for column in wanted]


def with_reasons(rows: DataFrame, columns: Sequence[Column]) -> DataFrame:
    """`rows` (without TARGET) with REJECT_REASONS, array<string>: one for each cell at fault."""
    types = _types(rows)
    reasons = (reason(column, types[column.source]) for column in columns)
    return rows.withColumn(REJECT_REASONS, sf.array_compact(sf.array(*reasons)))


def target_rows(rows: DataFrame) -> DataFrame:
    """The converted values alone, as the target's columns."""
    return rows.select(f"{TARGET}.*")


def source_rows(rows: DataFrame) -> DataFrame:
    """The rows without their converted values."""
    return rows.drop(TARGET, CONVERTS)


def converted(column: Column, kind: DataType) -> Expression:
    """The cell as the target's type, or NULL where it is absent or does not convert exactly."""
    cell = sf.col(f"`{column.source}`")
    text = cell if isinstance(kind, StringType) else cell_text(column.source, kind)
    if not column.is_number:
        fits = (sf.octet_length(text) <= column.arguments[0]) & ~text.contains("\0")
        return sf.when(is_present(column.source, kind) & fits, text)
    if isinstance(kind, LongType) and column.type in _RANGES:
        return sf.when(cell.between(*_RANGES[column.type]), cell.cast(column.type))
    if isinstance(kind, DoubleType) and column.type not in _RANGES:
        # conform.py has let no double pass that does not give back the digits of its text.
        number = cell.cast(column.type)
        return sf.when(number.cast("double") == cell, number)
    by_pattern = _by_pattern(column, text)
    # A thousand's comma needs the pattern in any case.
    if (
        not isinstance(kind, StringType)
        or column.type not in _RANGES
        or column.reads == "thousands"
    ):
        return by_pattern
    return _at_once(column, cell).otherwise(by_pattern)


def _at_once(column: Column, text: Expression) -> Expression:
    """The whole number where it is written as the database would write it."""
    ending = _MINUTES if column.reads == "minutes" else ""
    digits = sf.substring_index(text, _MINUTES, 1) if ending else text
    # A text of ten characters is a number of 32 bits or none; longer ones go by the pattern.
    short = sf.octet_length(text) <= len("99999999") + len(ending)
    number = digits.cast(column.type)
    same = sf.concat(number.cast("string"), sf.lit(ending)) == text
    return sf.when(short & same, number)


def _by_pattern(column: Column, text: Expression) -> Expression:
    shape, dropped, _ = _READS[column.reads]
    number = sf.trim(text)
    if shape:
        number = sf.regexp_extract(number, shape, 1)
    if dropped:
        number = sf.replace(number, sf.lit(dropped), sf.lit(""))
    # A cast of text to a whole number gives NULL beyond the type's range.
    value = number.cast(column.type)
    if column.type in _RANGES:
        return value if shape else sf.when(number.rlike(_exact(19, 0)), value)
    precision, scale = column.arguments
    return sf.when(number.rlike(_exact(precision - scale, scale)), value)


def _exact(digits: int, decimals: int) -> str:
    """A pattern for numbers with so many digits and decimals at most; more zeros lose nothing."""
    fraction = rf"\.(?=[0-9])[0-9]{{0,{decimals}}}0*"
    return rf"\A[+-]?(?=[0-9])0*[0-9]{{0,{digits}}}(?:{fraction})?\z"


def reason(column: Column, kind: DataType) -> Expression:
    """Why a row must be rejected for this column, or NULL."""
    text = cell_text(column.source, kind)
    if column.nullable:
        absent = sf.lit(None).cast(StringType())
    else:
        absent = sf.lit(f"{column.name}: empty, and {column.type} not null needs a value")
    return sf.when(text.isNull(), absent).when(
        converted(column, kind).isNull(),
        sf.concat(
            sf.lit(f"{column.name}: '"),
            sf.substring(text, 1, _SHOWN),
            sf.lit(f"' does not convert to {column.type} without loss; {_expected(column)}"),
        ),
    )


def _expected(column: Column) -> str:
    if not column.is_number:
        return f"at most {column.arguments[0]} bytes of UTF-8 fit"
    return f"expected {_READS[column.reads][2]} that fit the type"


def _types(rows: DataFrame) -> Mapping[str, DataType]:
    return {field.name: field.dataType for field in rows.schema.fields}
