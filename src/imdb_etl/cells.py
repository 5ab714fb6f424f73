"""A cell as text, whatever type its column was brought to on the way."""

from pyspark.sql import Column as Expression
from pyspark.sql import functions as sf
from pyspark.sql.types import DataType, DoubleType, StringType


def cell_text(name: str, kind: DataType) -> Expression:
    """The cell as text, and NULL when it is absent (NULL or nothing but blanks)."""
    cell = sf.col(f"`{name}`")
    if isinstance(kind, StringType):
        return sf.when(_says_something(cell), cell)
    text = cell.cast("string")
    return text_of_double(text) if isinstance(kind, DoubleType) else text


def is_present(name: str, kind: DataType) -> Expression:
    """Whether cell_text is not NULL; never NULL itself."""
    cell = sf.col(f"`{name}`")
    present = cell.isNotNull()
    return present & _says_something(cell) if isinstance(kind, StringType) else present


def _says_something(text: Expression) -> Expression:
    # What starts with a character beyond the blank needs no trimming, which copies it.
    return (text >= "!") | (sf.trim(text) != "")


def text_of_double(text: Expression) -> Expression:
    """What was written, from what a double of it prints; a text that is no number stays.

    A double of 12345678 prints as 1.2345678E7: its digits come from a decimal when that is the
    same number. A column of whole numbers and decimals prints 2020 as 2020.0.
    """
    number = text.cast("double")
    exact = text.cast("decimal(38,18)")
    same = text.contains("E") & (exact.cast("double") == number)
    digits = sf.when(same, exact.cast("string")).otherwise(text)
    plain = sf.regexp_replace(digits, r"\.0+$", "")
    # Few texts end with a zero or have an exponent, and no other one changes.
    may_change = text.endswith("0") | text.contains("E")
    return sf.when(may_change & number.isNotNull(), plain).otherwise(text)
