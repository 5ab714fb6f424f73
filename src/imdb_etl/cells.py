"""A cell as text, whatever type its column was brought to on the way."""

from pyspark.sql import Column as Expression
from pyspark.sql import functions as sf
from pyspark.sql.types import DataType, DoubleType, StringType


def cell_text(name: str, kind: DataType) -> Expression:
    """The cell as text, and NULL when it is absent (NULL or nothing but blanks)."""
    cell = sf.col(f"`{name}`")
    if isinstance(kind, StringType):
        return sf.when(sf.trim(cell) != "", cell)
    text = cell.cast("string")
    return text_of_double(text) if isinstance(kind, DoubleType) else text


def is_absent(name: str, kind: DataType) -> Expression:
    """Whether cell_text is NULL; never NULL itself."""
    cell = sf.col(f"`{name}`")
    if not isinstance(kind, StringType):
        return cell.isNull()
    return cell.isNull() | (sf.trim(cell) == "")


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
    return sf.when(number.isNotNull(), plain).otherwise(text)
