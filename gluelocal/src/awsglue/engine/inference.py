"""The types of Python values, for records that a user's function made.

A shape is a mapping from type tags to what is known of them: {"long": bits}, {"decimal": (digits
before the point, scale)}, {"array": shape}, {"struct": {name: shape}}, other tags None. Several
tags at once are a choice; none means that only null was seen.
"""

import datetime
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from pyspark.sql import types as S

from awsglue.engine.paths import ELEMENT, Path
from awsglue.engine.types import glue_name
from awsglue.errors import DataReadError

Shape = dict[str, Any]

_WHOLE_BITS: dict[type[S.DataType], int] = {
    S.ByteType: 8,
    S.ShortType: 16,
    S.IntegerType: 32,
    S.LongType: 64,
}
_PLAIN: dict[str, S.DataType] = {
    "boolean": S.BooleanType(),
    "double": S.DoubleType(),
    "string": S.StringType(),
    "binary": S.BinaryType(),
    "date": S.DateType(),
    "timestamp": S.TimestampType(),
}


def shape_of(value: Any) -> Shape:
    """The shape of one value; DataReadError for a Python type that a record cannot hold."""
    match value:
        case None:
            return {}
        case bool():
            return {"boolean": None}
        case int():
            return {"long": value.bit_length() + 1}
        case float():
            return {"double": None}
        case str():
            return {"string": None}
        case Decimal():
            return {"decimal": _digits(value)}
        case bytes() | bytearray():
            return {"binary": None}
        # A datetime is a date too, so it comes first.
        case datetime.datetime():
            return {"timestamp": None}
        case datetime.date():
            return {"date": None}
        case dict():
            return {"struct": {_name(name): shape_of(part) for name, part in value.items()}}
        case list() | tuple() | set():
            return {"array": _merged(value)}
    raise DataReadError(
        f"a record cannot hold a value of the Python type {type(value).__name__}: {value!r}"
    )


def _name(name: Any) -> str:
    if not isinstance(name, str):
        raise DataReadError(f"a record's fields have text for a name, not {name!r}")
    return name


def _merged(values: Iterable[Any]) -> Shape:
    together: Shape = {}
    for value in values:
        together = merge(together, shape_of(value))
    return together


def _digits(value: Decimal) -> tuple[int, int]:
    _, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int):
        raise DataReadError(f"a decimal column cannot hold {value}")
    return max(len(digits) + exponent, 0), max(-exponent, 0)


def merge(one: Shape, other: Shape) -> Shape:
    """The shape that both values fit."""
    merged = dict(one)
    for tag, detail in other.items():
        merged[tag] = _merge_detail(tag, merged[tag], detail) if tag in merged else detail
    return merged


def _merge_detail(tag: str, one: Any, other: Any) -> Any:
    match tag:
        case "long":
            return max(one, other)
        case "decimal":
            return max(one[0], other[0]), max(one[1], other[1])
        case "array":
            return merge(one, other)
        case "struct":
            names = [*one, *(name for name in other if name not in one)]
            return {name: merge(one.get(name, {}), other.get(name, {})) for name in names}
    return None


def column_type(
    shape: Shape, before: S.DataType | None, path: Path, tags: dict[Path, list[str]]
) -> S.DataType:
    """The type of a field of that shape; `tags` gets the tags of each choice in it, by path.

    A choice is a struct with a field a tag, named by its type. `before` is the type of the field
    before the user's function: it stays when all values fit it, so that an int remains an int and a
    decimal keeps its scale.
    """
    if before is not None and _fits(shape, before):
        return before
    if not shape:
        return S.StringType()
    if len(shape) == 1:
        [(tag, detail)] = shape.items()
        return _spark_type(tag, detail, path, tags)
    tags[path] = list(shape)
    types = [_spark_type(tag, detail, (*path, tag), tags) for tag, detail in shape.items()]
    return S.StructType([S.StructField(glue_name(one), one) for one in types])


def _fits(shape: Shape, wanted: S.DataType) -> bool:
    if len(shape) > 1:
        return False
    for tag, detail in shape.items():
        match wanted:
            case S.ByteType() | S.ShortType() | S.IntegerType() | S.LongType():
                return tag == "long" and detail <= _WHOLE_BITS[type(wanted)]
            case S.DecimalType():
                return tag == "decimal" and (
                    detail[0] <= wanted.precision - wanted.scale and detail[1] <= wanted.scale
                )
            case S.FloatType():
                return tag == "double"
            case S.ArrayType():
                return tag == "array" and _fits(detail, wanted.elementType)
            case S.StructType():
                return (
                    tag == "struct"
                    and set(detail) <= set(wanted.names)
                    and all(_fits(part, wanted[name].dataType) for name, part in detail.items())
                )
            case S.MapType():
                return tag == "struct" and all(
                    _fits(part, wanted.valueType) for part in detail.values()
                )
        return _PLAIN.get(tag) == wanted
    return True


def _spark_type(tag: str, detail: Any, path: Path, tags: dict[Path, list[str]]) -> S.DataType:
    match tag:
        case "long":
            return S.LongType() if detail <= 64 else S.DecimalType(38, 0)
        case "decimal":
            whole, scale = detail
            if whole + scale > 38:
                raise DataReadError(
                    f"decimals of {whole} digits and {scale} decimals need more than 38"
                )
            return S.DecimalType(max(whole + scale, 1), scale)
        case "array":
            return S.ArrayType(column_type(detail, None, (*path, ELEMENT), tags))
        case "struct":
            return S.StructType(
                [
                    S.StructField(name, column_type(part, None, (*path, name), tags))
                    for name, part in detail.items()
                ]
            )
    return _PLAIN[tag]
