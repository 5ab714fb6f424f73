"""Step 4: source columns -> the target's names and types, exactly or not at all.

A cell that does not convert without loss rejects its row with a reason; it never becomes a silent
NULL. Everything here is a pure Column expression: no action, no I/O.
"""

from collections.abc import Sequence

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame
from pyspark.sql import functions as sf
from pyspark.sql.types import StringType

from imdb_etl.cells import cell_text
from imdb_etl.config import Column, Reads
from imdb_etl.names import REJECT_REASONS, TARGET

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


def convert(rows: DataFrame, columns: Sequence[Column]) -> DataFrame:
    """`rows` with TARGET (a struct of the target's columns) and REJECT_REASONS (array<string>)."""
    types = {field.name: field.dataType for field in rows.schema.fields}
    values = []
    reasons = []
    for column in columns:
        text = cell_text(column.source, types[column.source])
        value = converted(column, text)
        values.append(value.alias(column.name))
        reasons.append(reason(column, text, value))
    return rows.withColumn(TARGET, sf.struct(*values)).withColumn(
        REJECT_REASONS, sf.filter(sf.array(*reasons), lambda item: item.isNotNull())
    )


def target_rows(rows: DataFrame) -> DataFrame:
    """The converted values alone, as the target's columns."""
    return rows.select(f"{TARGET}.*")


def source_rows(rows: DataFrame) -> DataFrame:
    """The rows without their converted values."""
    return rows.drop(TARGET)


def converted(column: Column, text: Expression) -> Expression:
    """`text` as the target's type, or NULL where it is absent or does not convert exactly."""
    if not column.is_number:
        fits = (sf.octet_length(text) <= column.arguments[0]) & ~text.contains("\0")
        return sf.when(fits, text)
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


def reason(column: Column, text: Expression, value: Expression) -> Expression:
    """Why a row must be rejected for this column, or NULL."""
    if column.nullable:
        absent = sf.lit(None).cast(StringType())
    else:
        absent = sf.lit(f"{column.name}: empty, and {column.type} not null needs a value")
    return sf.when(text.isNull(), absent).when(
        value.isNull(),
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
