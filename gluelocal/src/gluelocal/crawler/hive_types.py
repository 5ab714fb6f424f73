"""Types of Data Catalog columns, and the type that holds the values of two of them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Scalar:
    name: str


@dataclass(frozen=True)
class Array:
    element: "HiveType"


@dataclass(frozen=True)
class Map:
    key: "HiveType"
    value: "HiveType"


@dataclass(frozen=True)
class Struct:
    fields: "tuple[tuple[str, HiveType], ...]"


HiveType = Scalar | Array | Map | Struct

STRING = Scalar("string")
BIGINT = Scalar("bigint")
DOUBLE = Scalar("double")
BOOLEAN = Scalar("boolean")
INT = Scalar("int")
# Only nulls were seen: gives way to any other type, and is catalogued as string.
NULL = Scalar("void")

_WIDENING = ("tinyint", "smallint", "int", "bigint", "float", "double")
_WHOLE_DIGITS = {"tinyint": 3, "smallint": 5, "int": 10, "bigint": 19}
_DECIMAL = re.compile(r"decimal\((\d+),(\d+)\)")
_MAX_PRECISION = 38


def render(type_: HiveType) -> str:
    """The type as the Data Catalog writes it, for example `array<struct<a:int>>`."""
    match type_:
        case Array(element):
            return f"array<{render(element)}>"
        case Map(key, value):
            return f"map<{render(key)},{render(value)}>"
        case Struct(fields) if fields:
            return f"struct<{','.join(f'{name}:{render(one)}' for name, one in fields)}>"
        case Scalar(name) if type_ != NULL:
            return name
        case _:
            return "string"


def merge(left: HiveType, right: HiveType) -> HiveType:
    """The narrowest type for the values of both; `string` when nothing else holds them."""
    if left == right or right == NULL:
        return left
    if left == NULL:
        return right
    match left, right:
        case Array(one), Array(other):
            return Array(merge(one, other))
        case Map(key, value), Map(other_key, other_value):
            return Map(merge(key, other_key), merge(value, other_value))
        case Struct(fields), Struct(other_fields):
            merged = dict(fields)
            for name, other in other_fields:
                merged[name] = merge(merged[name], other) if name in merged else other
            return Struct(tuple(merged.items()))
        case Scalar(one_name), Scalar(other_name) if is_number(left) and is_number(right):
            return _wider(one_name, other_name)
    return STRING


def merge_all(types: Iterable[HiveType]) -> HiveType:
    merged: HiveType = NULL
    for type_ in types:
        merged = merge(merged, type_)
    return merged


def is_number(type_: HiveType) -> bool:
    return isinstance(type_, Scalar) and (
        type_.name in _WIDENING or _DECIMAL.fullmatch(type_.name) is not None
    )


def alike(left: HiveType, right: HiveType) -> bool:
    """Whether the two are of one family: both numbers, both structs, the same scalar, ..."""
    if NULL in (left, right) or (is_number(left) and is_number(right)):
        return True
    if isinstance(left, Scalar):
        return left == right
    return type(left) is type(right)


def _wider(one: str, other: str) -> HiveType:
    one_decimal, other_decimal = _as_decimal(one), _as_decimal(other)
    if one in _WIDENING and other in _WIDENING:
        wider = max(one, other, key=_WIDENING.index)
        # A float has 24 bits: it cannot hold every int or bigint, a double is nearer to that.
        return DOUBLE if wider == "float" and {one, other} & {"int", "bigint"} else Scalar(wider)
    if one_decimal is None or other_decimal is None:
        return DOUBLE
    scale = max(one_decimal[1], other_decimal[1])
    whole = max(one_decimal[0] - one_decimal[1], other_decimal[0] - other_decimal[1])
    if whole + scale > _MAX_PRECISION:
        return STRING
    return Scalar(f"decimal({whole + scale},{scale})")


def _as_decimal(name: str) -> tuple[int, int] | None:
    """Precision and scale, also of a whole-number type; None for floating point."""
    if found := _DECIMAL.fullmatch(name):
        return int(found[1]), int(found[2])
    return (_WHOLE_DIGITS[name], 0) if name in _WHOLE_DIGITS else None
