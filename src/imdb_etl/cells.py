"""A cell as text, whatever type its column was brought to on the way."""

from pyspark.sql import Column as Expression
from pyspark.sql import functions as sf
from pyspark.sql.types import DataType, DoubleType


def cell_text(name: str, kind: DataType) -> Expression:
    """The cell as text, and NULL when it is absent (NULL or nothing but blanks)."""
    cell = sf.col(f"`{name}`").cast("string")
    text = text_of_double(cell) if isinstance(kind, DoubleType) else cell
    return sf.when(sf.trim(text) != "", text)


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
