"""From a file's values to a column's: one class a kind of type, found by PostgreSQL's type name.

Each type has a fast way for a whole array (native, raises pyarrow's errors when anything is odd)
and a slow one for a single text, which says what is wrong. The slow way decides; the fast one only
saves it the work.
"""

from gluelocal.redshift.copy.types.base import (
    ColumnType,
    Problem,
    column_type,
    convert_column,
    known_types,
)
from gluelocal.redshift.copy.types.characters import Characters
from gluelocal.redshift.copy.types.moments import Date, Time, Timestamp, TimestampWithZone
from gluelocal.redshift.copy.types.numbers import Boolean, Decimals, Floats, Integers
from gluelocal.redshift.copy.types.semistructured import Super, VarByte

__all__ = [
    "Boolean",
    "Characters",
    "ColumnType",
    "Date",
    "Decimals",
    "Floats",
    "Integers",
    "Problem",
    "Super",
    "Time",
    "Timestamp",
    "TimestampWithZone",
    "VarByte",
    "column_type",
    "convert_column",
    "known_types",
]
