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

from imdb_etl.cells import cell_text, is_absent
from imdb_etl.config import Column, Reads
from imdb_etl.names import REJECT_REASONS, TARGET

CONVERTS = "_converts"
"""Whether every cell of a row converts."""

_SHOWN = 100

_RANGES = {
    "smallint": (-(2**15), 2**15 - 1),
    "integer": (-(2**31), 2**31 - 1),
    "bigint": (-(2**63), 2**63 - 1),
}

# How a source writes a number: what a cell looks like (its group 1 is the number), what is dropped
# from that, and how to say it to a person. \A and \z, as $ also matches before a last line break.
_READS: dict[Reads, tuple[str, str, str]] = {
    "plain": (r"\A(.*)\z", "", "digits"),
    "minutes": (r"\A([0-9]+) ?min\z", "", "minutes such as '142 min'"),
    "thousands": (r"\A([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)\z", ",", "digits such as '28,341,469'"),
}
_MINUTES = " min"
_GROUPS = r"\A[1-9][0-9]{0,2}(,[0-9]{3}){1,4}\z"


def convert(rows: DataFrame, columns: Sequence[Column]) -> DataFrame:
    """`rows` with TARGET, a struct of the target's columns, and CONVERTS."""
    types = _types(rows)
    values, tests = [], []
    for column in columns:
        value = converted(column, types[column.source])
        values.append(value.alias(column.name))
        absent = is_absent(column.source, types[column.source]) & sf.lit(column.nullable)
        tests.append(value.isNotNull() | absent)
    converts = tests[0]
    for test in tests[1:]:
        converts &= test
    return rows.withColumns({TARGET: sf.struct(*values), CONVERTS: converts})


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
    if not column.is_number:
        text = cell_text(column.source, kind)
        fits = (sf.octet_length(text) <= column.arguments[0]) & ~text.contains("\0")
        return sf.when(fits, text)
    if isinstance(kind, LongType) and column.type in _RANGES:
        return sf.when(cell.between(*_RANGES[column.type]), cell.cast(column.type))
    by_pattern = _by_pattern(column, cell_text(column.source, kind))
    if isinstance(kind, DoubleType) and column.type not in _RANGES:
        # conform.py has let no double pass that does not give back the digits of its text.
        number = cell.cast(column.type)
        return sf.when(number.cast("double") == cell, number).otherwise(by_pattern)
    if not isinstance(kind, StringType) or column.type not in _RANGES:
        return by_pattern
    return _at_once(column, cell).otherwise(by_pattern)


def _at_once(column: Column, text: Expression) -> Expression:
    """The whole number where it is written as the database would write it."""
    if column.reads == "thousands":
        # At most 15 digits, which fit a bigint; their range is tested like any other's.
        number = sf.replace(text, sf.lit(","), sf.lit("")).cast("bigint")
        fits = number.between(*_RANGES[column.type])
        return sf.when(text.rlike(_GROUPS) & fits, number.cast(column.type))
    ending = _MINUTES if column.reads == "minutes" else ""
    digits = sf.substring_index(text, _MINUTES, 1) if ending else text
    # A text of ten characters is a number of 32 bits or none; longer ones go by the pattern.
    short = sf.length(text) <= len("99999999") + len(ending)
    number = digits.cast("int")
    same = sf.concat(number.cast("string"), sf.lit(ending)) == text
    fits = number.between(*_RANGES[column.type])
    return sf.when(short & same & fits, number.cast(column.type))


def _by_pattern(column: Column, text: Expression) -> Expression:
    shape, dropped, _ = _READS[column.reads]
    number = sf.regexp_extract(sf.trim(text), shape, 1)
    if dropped:
        number = sf.replace(number, sf.lit(dropped), sf.lit(""))
    if column.type in _RANGES:
        low, high = _RANGES[column.type]
        whole = sf.when(number.rlike(_exact(19, 0)), number.cast("decimal(38,0)"))
        return sf.when(whole.between(low, high), whole.cast(column.type))
    precision, scale = column.arguments
    return sf.when(number.rlike(_exact(precision - scale, scale)), number.cast(column.type))


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
