"""Cells of text against a declared type: which fit, and what value they have.

Spark's cast is no test: it reads '1.5' as the long 1 and '1d' as a double.
"""

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql import types as S

from awsglue.errors import DataReadError

_WHOLE = r"^\s*[+-]?[0-9]+\s*$"
_NUMBER = r"^\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*$|^\s*([+-]?Infinity|NaN)\s*$"
_DATE = r"^\s*[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}\s*$"
_TIME = (
    r"^\s*[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
    r"([ T][0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}(\.[0-9]{1,9})?)?"
    r"\s*(Z|UTC|[+-][0-9]{1,2}:?[0-9]{2})?)?\s*$"
)
_TRUTH = r"^\s*(?i:true|false)\s*$"

_PATTERNS: dict[type[S.DataType], str] = {
    S.ByteType: _WHOLE,
    S.ShortType: _WHOLE,
    S.IntegerType: _WHOLE,
    S.LongType: _WHOLE,
    S.FloatType: _NUMBER,
    S.DoubleType: _NUMBER,
    S.BooleanType: _TRUTH,
    S.DateType: _DATE,
    S.TimestampType: _TIME,
}


def is_scalar(data_type: S.DataType) -> bool:
    """Whether cells of text can have this type."""
    return isinstance(data_type, S.StringType | S.BinaryType | S.DecimalType) or (
        type(data_type) in _PATTERNS
    )


def is_text(data_type: S.DataType) -> bool:
    """Whether every text fits."""
    return isinstance(data_type, S.StringType | S.BinaryType)


def fits(cell: Column, data_type: S.DataType) -> Column:
    """True where the text is a value of the type, to the last digit; null where it is null."""
    if is_text(data_type):
        return F.lit(True)
    if isinstance(data_type, S.DecimalType):
        # A digit beyond the scale would be rounded away; zeros there change nothing.
        digits = f"[0-9]{{0,{data_type.scale}}}0*"
        pattern = rf"^\s*[+-]?(?=\.?[0-9])[0-9]*(\.{digits})?\s*$"
    elif type(data_type) in _PATTERNS:
        pattern = _PATTERNS[type(data_type)]
    else:
        raise DataReadError(f"a cell of text cannot have the type {data_type.simpleString()}")
    return cell.rlike(pattern) & cell.cast(data_type).isNotNull()


def misfits(cell: Column, data_type: S.DataType) -> Column:
    """True where the text is no value of the type; false for null."""
    return cell.isNotNull() & ~F.coalesce(fits(cell, data_type), F.lit(False))
