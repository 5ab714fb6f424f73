"""Two frames into one: union and join; one frame into two: split by rows."""

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pyspark.sql import Column
from pyspark.sql import functions as F

from awsglue.engine import choices, paths
from awsglue.engine.paths import column
from awsglue.engine.rows import Rows
from awsglue.errors import InvalidOptionError
from awsglue.registry import Registry

Comparison = Callable[[Column, Any], Column]

COMPARISONS: Registry[Comparison] = Registry("split_rows comparison")
for _name in ("=", "=="):
    COMPARISONS.register(_name)(operator.eq)
COMPARISONS.register("!=")(operator.ne)
COMPARISONS.register("<")(operator.lt)
COMPARISONS.register("<=")(operator.le)
COMPARISONS.register(">")(operator.gt)
COMPARISONS.register(">=")(operator.ge)


def union(first: Rows, second: Rows) -> Rows:
    """All rows of both, columns by name; a column that one lacks is null there.

    A column of two types becomes a choice of them. Both must be settled.
    """
    mixed = {
        name
        for name in first.schema.names
        if name in second.schema.names
        and first.schema[name].dataType != second.schema[name].dataType
    }
    if clash := mixed & (first.choices | second.choices):
        raise InvalidOptionError(
            f"union: the columns {sorted(clash)} are choices of different types in the two frames; "
            "resolve them first, with resolveChoice"
        )
    left, right = (_with_choices(rows, other, mixed) for rows, other in _pairs(first, second))
    frame = left.unionByName(right, allowMissingColumns=True)
    return Rows(
        frame,
        first.choices | second.choices | mixed,
        # What was a field of the column is a field of one member of the choice now.
        nested=frozenset(path for path in first.nested | second.nested if path[0] not in mixed),
    )


def _pairs(first: Rows, second: Rows) -> list[tuple[Rows, Rows]]:
    return [(first, second), (second, first)]


def _with_choices(rows: Rows, other: Rows, mixed: set[str]) -> Any:
    frame = rows.frame
    for name in sorted(mixed):
        own, foreign = rows.schema[name].dataType, other.schema[name].dataType
        # The same order of members on both sides, or the structs could not be united.
        members = sorted([own, foreign], key=lambda member: member.simpleString())
        frame = frame.withColumn(name, choices.as_choice(name, own, members))
    return frame


def join(first: Rows, second: Rows, keys1: Sequence[str], keys2: Sequence[str]) -> Rows:
    """Rows whose keys are equal, with all columns of both sides.

    A column of the second frame whose name the first has too gets a dot before its name.
    """
    if len(keys1) != len(keys2) or not keys1:
        raise InvalidOptionError(
            f"join needs as many keys on both sides, at least one: {list(keys1)} and {list(keys2)}"
        )
    taken = {name.lower() for name in first.schema.names}
    renamed = {name: f".{name}" if name.lower() in taken else name for name in second.schema.names}
    # An alias of its own for every column keeps the two sides apart, also when one frame is joined
    # with itself.
    right = second.with_columns(renamed.items())
    keys = [
        (_key(first, key1), _key(second, key2, renamed))
        for key1, key2 in zip(keys1, keys2, strict=True)
    ]
    condition = F.lit(True)
    for left_key, right_key in keys:
        condition = condition & (left_key == right_key)
    return Rows(
        first.frame.join(right.frame, condition),
        first.choices | right.choices,
        nested=first.nested | right.nested,
    )


def _key(rows: Rows, key: str, renamed: Mapping[str, str] | None = None) -> Column:
    found = paths.find(rows.schema, paths.parse(key))
    if found is None:
        raise InvalidOptionError(
            f"there is no field {key!r} to match rows by; the frame has "
            f"{', '.join(rows.schema.names)}"
        )
    _require_settled(rows, found)
    value = column((renamed or {}).get(found.path[0], found.path[0]))
    for step in found.path[1:]:
        value = value.getField(step)
    return value


def split_condition(rows: Rows, comparisons: Mapping[str, Mapping[str, Any]]) -> Column:
    """True where a row meets every comparison, such as {"age": {">": 10, "<": 20}}; never null."""
    condition = F.lit(True)
    for path, tests in comparisons.items():
        found = paths.find(rows.schema, paths.parse(path))
        if found is None:
            raise InvalidOptionError(
                f"split_rows: there is no field {path!r}; the frame has "
                f"{', '.join(rows.schema.names)}"
            )
        _require_settled(rows, found)
        for name, value in tests.items():
            condition = condition & COMPARISONS.get(name)(found.column, value)
    return F.coalesce(condition, F.lit(False))


def merge(source: Rows, stage: Rows, keys: Sequence[str]) -> Rows:
    """The staged rows, and the source's rows whose key is not among them.

    Rows of one key stay as many as they are; a row with a null in its key matches none.
    """
    if not keys:
        raise InvalidOptionError("mergeDynamicFrame needs at least one primary key")
    # Columns of their own, so that a frame merged with one made of it keeps its sides apart.
    names = [f"\0key{position}" for position in range(len(keys))]
    staged = stage.frame.select(
        *(_key(stage, key).alias(name) for key, name in zip(keys, names, strict=True))
    )
    condition = F.lit(True)
    for key, name in zip(keys, names, strict=True):
        condition = condition & (_key(source, key) == column(name))
    kept = source.with_frame(lambda frame: frame.join(staged, condition, "left_anti"))
    return union(kept, stage)


def _require_settled(rows: Rows, found: paths.Found) -> None:
    if rows.is_choice(found.path):
        raise InvalidOptionError(
            f"the field {'.'.join(found.path)!r} has values of several types, which cannot be "
            "compared; resolve them first, with resolveChoice"
        )
