"""Step 1b: the source's columns in the types that rules and mapping are written for.

A crawler types a column by what the files hold: the year is text in the sample, where one cell
says `PG`, and a number in a file without such a cell. A rule on text would then fail for every row
of the one file and judge the other. So each column of the mapping is brought to its `read_as` from
the text in the file. A cell that is not of that type sets its row aside with a reason, and spoils
no other row. (Rows that are set aside do not count in the rules' metrics.)

The mapping reads these columns after the rules have seen them, so a double must give back the very
digits that were written. It can up to 15 of them (IEEE 754), and Java 17 does for most: it writes
727e19 as 7.270000000000001E21 (JDK-4511638). A cell that loses its digits sets its row aside too.
"""

from collections.abc import Sequence

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame
from pyspark.sql import functions as sf
from pyspark.sql.types import StringType

from imdb_etl.cells import is_present
from imdb_etl.config import Column
from imdb_etl.names import REJECT_REASONS

AS_WRITTEN = "_as_written"
"""A struct of the row's cells as they came, where one does not conform; else NULL."""

_READ = "_read_"
_SHOWN = 100

_NUMBERS = {
    "bigint": r"^[+-]?[0-9]{1,19}$",
    "double": r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$",
}
_DIGITS_OF_A_DOUBLE = 15
_SAID = {
    "bigint": "bigint",
    "double": f"double that keeps its digits ({_DIGITS_OF_A_DOUBLE} at most)",
}


def settled(rows: DataFrame, columns: Sequence[Column]) -> DataFrame:
    """Every row once, each column of the mapping in its `read_as` type, and AS_WRITTEN.

    A cell that is missing in a column of text is empty text, as Glue gives an empty cell. Cells are
    converted here and nowhere else: this frame is the one to keep.
    """
    wanted = {column.source: column.read_as for column in columns}
    typed = _typed(columns)
    # Converted by a projection of their own: the test and the row both look at the values.
    read = rows.withColumns({_READ + name: _converted(name, kind) for name, kind in typed.items()})
    fits = sf.lit(True)
    for name in typed:
        fits &= ~is_present(name, StringType()) | _raw(_READ + name).isNotNull()
    return read.select(
        *(
            (_raw(_READ + name) if name in typed else _converted(name, "string")).alias(name)
            if name in wanted
            else _raw(name)
            for name in rows.columns
        ),
        sf.when(~fits, sf.struct(*map(_raw, rows.columns))).alias(AS_WRITTEN),
    )


def conforming(rows: DataFrame) -> DataFrame:
    """The settled rows whose cells all conform."""
    return rows.filter(sf.col(AS_WRITTEN).isNull()).drop(AS_WRITTEN)


def misfits(rows: DataFrame, columns: Sequence[Column]) -> DataFrame:
    """The other settled rows as they came, and REJECT_REASONS."""
    reasons = (_reason(name, wanted) for name, wanted in _typed(columns).items())
    return (
        rows.filter(sf.col(AS_WRITTEN).isNotNull())
        .select(f"{AS_WRITTEN}.*")
        .withColumn(REJECT_REASONS, sf.array_compact(sf.array(*reasons)))
    )


def _typed(columns: Sequence[Column]) -> dict[str, str]:
    return {c.source: c.read_as for c in columns if c.read_as != "string"}


def _converted(name: str, wanted: str) -> Expression:
    text = _raw(name)
    if wanted == "string":
        return sf.coalesce(text, sf.lit(""))
    if wanted == "bigint":
        # Nothing is lost when the number, written again, is the text: most cells need no pattern.
        short = text.cast("bigint")
        return sf.when(short.cast("string") == text, short).otherwise(_bigint(sf.trim(text)))
    short = text.cast("double")
    written = short.cast("string")
    same = (written == text) | (written == sf.concat(text, sf.lit(".0")))
    few = sf.octet_length(text) <= _DIGITS_OF_A_DOUBLE + 1
    starts_with_digit = (text >= "0") & (text < ":")
    return sf.when(few & same & starts_with_digit, short).otherwise(_double(sf.trim(text)))


def _bigint(number: Expression) -> Expression:
    # A cast of text to a whole number gives NULL beyond the type's range.
    return sf.when(number.rlike(_NUMBERS["bigint"]), number.cast("bigint"))


def _double(number: Expression) -> Expression:
    value = number.cast("double")
    digits = _digits(number)
    keeps = (sf.length(digits) <= _DIGITS_OF_A_DOUBLE) & (_digits(value.cast("string")) == digits)
    return sf.when(number.rlike(_NUMBERS["double"]) & keeps, value)


def _digits(number: Expression) -> Expression:
    """What is left of a number's text without sign, point, exponent and the zeros around."""
    mantissa = sf.regexp_replace(number, "[eE].*$|[^0-9]", "")
    return sf.btrim(mantissa, sf.lit("0"))


def _raw(name: str) -> Expression:
    return sf.col(f"`{name}`")


def _reason(name: str, wanted: str) -> Expression:
    text = _raw(name)
    reason = sf.concat(
        sf.lit(f"{name}: '"),
        sf.substring(text, 1, _SHOWN),
        sf.lit(f"' is not a {_SAID[wanted]}"),
    )
    return sf.when(is_present(name, StringType()) & _converted(name, wanted).isNull(), reason)
