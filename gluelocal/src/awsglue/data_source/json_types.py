"""The types of JSON values, and choices where values of one field differ in type.

Spark's inference gives a field one type and widens where values differ. Here a field of several
types becomes a choice, as on the service: `int` and `long` (a whole number within 32 and within 64
bits), `decimal` (a longer one), `double`, `boolean`, `string`, `struct`, `array`.

All of it runs as Spark plans. Spark infers the fields; one more pass over the data tells whether a
field may have several types; only then does the longer way of json_marks follow.
"""

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as S

from awsglue.data_source.json_lines import json_frame
from awsglue.data_source.json_marks import by_marks
from awsglue.engine.paths import ELEMENT, Path, column
from awsglue.engine.rows import Rows

_INT = (-(2**31), 2**31 - 1)
_HEAD = 20

Reader = Callable[[S.StructType], DataFrame]
"""Reads the data with a schema, by a plain plan."""


def typed(session: SparkSession, lines: DataFrame, read: Reader) -> Rows:
    """The rows of JSON texts; `read` reads the same data. Columns stand as in the first rows."""
    found = json_frame(session, lines, None).schema
    head = [sample for sample in (_loaded(row[0]) for row in lines.take(_HEAD)) if sample]
    exact = _exact(read, found)
    if exact is not None:
        schema = _ordered(exact, head)
        assert isinstance(schema, S.StructType)
        return Rows(read(schema))
    return by_marks(session, lines, _ordered(found, head))


def _loaded(text: str) -> list[Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return []
    return value if isinstance(value, list) else [value]


class _Leaf(NamedTuple):
    path: Path
    data_type: S.DataType


def _leaves(data_type: S.DataType, path: Path = ()) -> Iterator[_Leaf]:
    match data_type:
        case S.StructType():
            for field in data_type.fields:
                yield from _leaves(field.dataType, (*path, field.name))
        case S.ArrayType():
            yield from _leaves(data_type.elementType, (*path, ELEMENT))
        case _:
            yield _Leaf(path, data_type)


def _any(value: Column, path: Path, test: Callable[[Column], Column]) -> Column:
    """Whether a value at `path` inside `value` meets the test; null where there is none."""
    if not path:
        return test(value)
    step, below = path[0], path[1:]
    if step == ELEMENT:
        return F.exists(value, lambda each: F.coalesce(_any(each, below, test), F.lit(False)))
    return _any(value.getField(step), below, test)


def _exact(read: Reader, found: S.StructType) -> S.StructType | None:
    """`found` with int for long where all values fit; None where a field may have several types."""
    leaves = list(_leaves(found))
    numbers = [leaf for leaf in leaves if isinstance(leaf.data_type, S.LongType)]
    texts = [leaf for leaf in leaves if not isinstance(leaf.data_type, S.BooleanType | S.LongType)]
    if not numbers and not texts:
        return found
    tests: list[Column] = []
    for leaf in numbers:
        for wanted in (True, False):
            tests.append(_over(leaf.path, partial(_is_int, wanted)))
    for leaf in texts:
        text = isinstance(leaf.data_type, S.StringType)
        tests.append(_over(leaf.path, _looks_other if text else _looks_whole))
    # As text a number shows how it is written.
    raw = _mapped(found, lambda kind: kind if isinstance(kind, _KEPT) else S.StringType())
    assert isinstance(raw, S.StructType)
    named = [F.max(test).alias(str(number)) for number, test in enumerate(tests)]
    flags = read(raw).agg(*named).first()
    assert flags is not None
    small, big = flags[: 2 * len(numbers) : 2], flags[1 : 2 * len(numbers) : 2]
    if any(flags[2 * len(numbers) :]) or any(
        one and two for one, two in zip(small, big, strict=True)
    ):
        return None
    ints = {leaf.path for leaf, is_big in zip(numbers, big, strict=True) if not is_big}
    narrowed = _narrowed(found, ints)
    assert isinstance(narrowed, S.StructType)
    return narrowed


_KEPT = (S.BooleanType, S.LongType)


def _over(path: Path, test: Callable[[Column], Column]) -> Column:
    return _any(column(path[0]), path[1:], test)


def _is_int(wanted: bool, value: Column) -> Column:
    inside = value.between(*_INT)
    return inside if wanted else ~inside


def _looks_other(value: Column) -> Column:
    return value.rlike(r"^(-?[0-9]|true$|false$|\[|\{)")


def _looks_whole(value: Column) -> Column:
    return value.rlike(r"^-?[0-9]+$")


def _mapped(data_type: S.DataType, change: Callable[[S.DataType], S.DataType]) -> S.DataType:
    match data_type:
        case S.StructType():
            return S.StructType(
                [S.StructField(f.name, _mapped(f.dataType, change)) for f in data_type.fields]
            )
        case S.ArrayType():
            return S.ArrayType(_mapped(data_type.elementType, change))
    return change(data_type)


def _narrowed(data_type: S.DataType, ints: set[Path], path: Path = ()) -> S.DataType:
    match data_type:
        case S.StructType():
            return S.StructType(
                [
                    S.StructField(f.name, _narrowed(f.dataType, ints, (*path, f.name)))
                    for f in data_type.fields
                ]
            )
        case S.ArrayType():
            return S.ArrayType(_narrowed(data_type.elementType, ints, (*path, ELEMENT)))
    return S.IntegerType() if path in ints else data_type


def _ordered(data_type: S.DataType, samples: list[Any]) -> S.DataType:
    """The fields in the order in which the samples have them; Spark's is by name."""
    match data_type:
        case S.StructType():
            objects = [sample for sample in samples if isinstance(sample, dict)]
            objects += [
                each for sample in samples if isinstance(sample, list) for each in sample
                if isinstance(each, dict)
            ]  # fmt: skip
            seen = dict.fromkeys(name for one in objects for name in one)
            places = {name: place for place, name in enumerate(seen)}
            return S.StructType(
                [
                    S.StructField(
                        field.name,
                        _ordered(field.dataType, [one.get(field.name) for one in objects]),
                    )
                    for field in sorted(
                        data_type.fields, key=lambda field: places.get(field.name, len(places))
                    )
                ]
            )
        case S.ArrayType():
            elements = [e for sample in samples if isinstance(sample, list) for e in sample]
            return S.ArrayType(_ordered(data_type.elementType, elements))
    return data_type
