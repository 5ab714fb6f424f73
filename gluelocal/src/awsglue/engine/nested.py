"""Nested rows made flat: columns whose names are paths with dots (Glue Developer Guide, unnest)."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql import types as S

from awsglue.engine.paths import ELEMENT, Path, column
from awsglue.engine.rows import Rows

VALUE = "val"
"""What an array's element is called in the names of flat columns: `list.val`, `list.val.field`."""


class Leaf(NamedTuple):
    """A value outside of structs: its flat name, and where it was in the nested rows."""

    name: str
    path: Path
    value: Column
    data_type: S.DataType
    is_choice: bool


def leaves(
    rows: Rows, name: str, path: Path, value: Column, data_type: S.DataType
) -> Iterator[Leaf]:
    """What the value at `path` is made of when its structs are opened; a choice is not opened."""
    is_choice = rows.is_choice(path)
    if is_choice or not isinstance(data_type, S.StructType):
        yield Leaf(name, path, value, data_type, is_choice)
        return
    for field in data_type.fields:
        inner = (*path, field.name)
        cell = value.getField(field.name)
        yield from leaves(rows, f"{name}.{field.name}", inner, cell, field.dataType)


def column_leaves(rows: Rows) -> list[Leaf]:
    """The leaves of all columns."""
    return [
        leaf
        for field in rows.schema.fields
        for leaf in leaves(rows, field.name, (field.name,), column(field.name), field.dataType)
    ]


def unnest(rows: Rows) -> Rows:
    """Structs flattened into columns; structs in arrays stay there, flat, with full names.

    The fields of an array's elements are called `<array>.val.<field>` ("for historical reasons",
    Scala DynamicFrame, unnest).
    """
    flat = column_leaves(rows)
    nested: set[Path] = set()
    columns = [
        _flat(rows, leaf.name, leaf.path, leaf.value, leaf.data_type, (leaf.name,), nested)
        for leaf in flat
    ]
    return Rows(
        rows.frame.select(
            *(value.alias(leaf.name) for leaf, value in zip(flat, columns, strict=True))
        ),
        frozenset(leaf.name for leaf in flat if leaf.is_choice),
        nested=frozenset(nested),
    )


def _flat(
    rows: Rows,
    name: str,
    path: Path,
    value: Column,
    data_type: S.DataType,
    place: Path,
    nested: set[Path],
) -> Column:
    """The leaf with the structs of its elements flat; `nested` gets the choices' new places."""
    if rows.is_choice(path):
        if len(place) > 1:
            nested.add(place)
        return value
    if not isinstance(data_type, S.ArrayType):
        return value
    element, inner, there = data_type.elementType, (*path, ELEMENT), (*place, ELEMENT)
    called = f"{name}.{VALUE}"
    if not isinstance(element, S.StructType) or rows.is_choice(inner):
        return F.transform(
            value, lambda each: _flat(rows, called, inner, each, element, there, nested)
        )

    def opened(each: Column) -> Column:
        parts: Iterable[Leaf] = leaves(rows, called, inner, each, element)
        return F.when(
            each.isNotNull(),
            F.struct(
                *(
                    _flat(
                        rows,
                        part.name,
                        part.path,
                        part.value,
                        part.data_type,
                        (*there, part.name),
                        nested,
                    ).alias(part.name)
                    for part in parts
                )
            ),
        )

    return F.transform(value, opened)
