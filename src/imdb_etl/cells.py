"""A source cell as text, whatever type the catalog gave its column."""

from pyspark.sql import Column as Expression
from pyspark.sql import functions as sf
from pyspark.sql.types import DataType, DoubleType, FloatType, StringType, StructType

_TEXT_FIELD = "string"


def is_choice(kind: DataType) -> bool:
    """Whether a column is a Glue choice: a struct with one field a type, text among them.

    A CSV has no structs of its own (Glue developer guide, DynamicFrame.toDF of a choice).
    """
    return isinstance(kind, StructType) and any(
        part.name == _TEXT_FIELD and isinstance(part.dataType, StringType) for part in kind.fields
    )


def raw_text(name: str, kind: DataType) -> Expression:
    """The cell as text, blanks and empty text as they are; NULL stays NULL."""
    cell = sf.col(f"`{name}`")
    if isinstance(kind, StructType) and is_choice(kind):
        parts = (_text(cell.getField(part.name), part.dataType) for part in kind.fields)
        return sf.coalesce(*parts)
    return _text(cell, kind)


def cell_text(name: str, kind: DataType) -> Expression:
    """As raw_text, and NULL when the cell is absent (NULL or nothing but blanks)."""
    text = raw_text(name, kind)
    return sf.when(sf.trim(text) != "", text)


def _text(cell: Expression, kind: DataType) -> Expression:
    text = cell.cast("string")
    if not isinstance(kind, (DoubleType, FloatType)):
        return text
    # 12345678.0 prints as 1.2345678E7. Its digits come from a decimal when that is the same.
    exact = cell.cast("decimal(38,18)")
    same = text.contains("E") & (exact.cast(kind) == cell)
    digits = sf.when(same, exact.cast("string")).otherwise(text)
    # A column of whole numbers and decimals: the file said 2020, the double says 2020.0.
    return sf.regexp_replace(digits, r"\.0+$", "")
