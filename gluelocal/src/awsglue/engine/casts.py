"""Casts that never fail: what cannot be cast is null, whatever the two types are.

Spark refuses a query that casts, say, a long to a date. A choice, a mapping or a whole frame can
ask for that, and the service answers with null.
"""

from decimal import Decimal

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql import types as S

_NUMBERS = (S.BooleanType, S.NumericType)
_TIMES = (S.DateType, S.TimestampType, S.TimestampNTZType)


# Types of whole numbers -> their least and greatest.
_LIMITS: dict[type[S.DataType], tuple[int, int]] = {
    S.ByteType: (-(2**7), 2**7 - 1),
    S.ShortType: (-(2**15), 2**15 - 1),
    S.IntegerType: (-(2**31), 2**31 - 1),
    S.LongType: (-(2**63), 2**63 - 1),
}


def cast(value: Column, own: S.DataType, target: S.DataType) -> Column:
    """The value of type `own` in the type `target`; null where that cannot be.

    A number beyond a whole type's range is null, where Spark's cast alone gives another number.
    """
    if own == target:
        return value
    if not castable(own, target):
        return F.lit(None).cast(target)
    match own, target:
        case S.ArrayType(), S.ArrayType():
            return F.transform(value, lambda each: cast(each, own.elementType, target.elementType))
        case S.StructType(), S.StructType():
            parts = (
                cast(value.getField(one.name), one.dataType, other.dataType).alias(other.name)
                for one, other in zip(own.fields, target.fields, strict=True)
            )
            return F.when(value.isNotNull(), F.struct(*parts))
    if type(target) in _LIMITS:
        if isinstance(own, S.TimestampType):
            return cast(value.cast("long"), S.LongType(), target)
        within = _in_range(value, own, *_LIMITS[type(target)])
        if within is not None:
            return F.when(within, value.cast(target))
    return value.cast(target)


def _in_range(value: Column, own: S.DataType, low: int, high: int) -> Column | None:
    """Whether a number is between the limits when its fraction is cut off; None: it always is."""
    if type(own) in _LIMITS:
        return None if _LIMITS[type(own)][1] <= high else value.between(low, high)
    if isinstance(own, S.DecimalType):
        if own.precision - own.scale < len(str(high)):
            return None
        return (value > F.lit(Decimal(low - 1))) & (value < F.lit(Decimal(high + 1)))
    if isinstance(own, S.FloatType | S.DoubleType):
        if high >= 2**53:
            # Doubles are whole numbers here, and `low - 1` is none of them.
            return (value >= F.lit(float(low))) & (value < F.lit(float(high + 1)))
        return (value > F.lit(float(low - 1))) & (value < F.lit(float(high + 1)))
    return None


def castable(own: S.DataType, target: S.DataType) -> bool:
    """Whether any value of the one type can become one of the other."""
    match own, target:
        case S.NullType(), _:
            return True
        case S.ArrayType(), S.ArrayType():
            return castable(own.elementType, target.elementType)
        case S.MapType(), S.MapType():
            return castable(own.keyType, target.keyType) and castable(
                own.valueType, target.valueType
            )
        case S.StructType(), S.StructType():
            return len(own) == len(target) and all(
                castable(one.dataType, other.dataType)
                for one, other in zip(own.fields, target.fields, strict=True)
            )
        case _, S.StringType():
            return True
        case S.StringType(), _:
            return not isinstance(target, S.ArrayType | S.MapType | S.StructType | S.NullType)
        case S.IntegralType(), S.BinaryType():
            return True
        case S.NumericType(), S.TimestampType():
            return True
        case S.TimestampType(), S.NumericType():
            return True
    # The rest of what Spark takes has no meaning: a day has no number, a truth value no moment.
    return any(isinstance(own, kind) and isinstance(target, kind) for kind in (_NUMBERS, _TIMES))
