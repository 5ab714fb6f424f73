"""Changing one field wherever it lies: in structs, and in the structs of an array."""

from collections.abc import Callable

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as S

from awsglue.engine.paths import ELEMENT, Path, column
from awsglue.errors import InvalidOptionError

Named = list[tuple[str, Column]]
Change = Callable[[str, Column, S.DataType], Named]
"""(name, value, type) of a field -> what stands in its place: nothing, one or several fields."""


def changed(frame: DataFrame, path: Path, change: Change) -> DataFrame:
    """The frame with the field at `path`, spelled as in the schema, replaced by what `change` says.

    A struct that loses its last field is left out itself.
    """
    columns: list[Column] = []
    for field in frame.schema.fields:
        if field.name == path[0]:
            made = edited(field.name, column(field.name), field.dataType, path[1:], change)
            columns += [value.alias(name) for name, value in made]
        else:
            columns.append(column(field.name))
    return frame.select(*columns)


def edited(name: str, value: Column, data_type: S.DataType, path: Path, change: Change) -> Named:
    """The field `name` of that value after the change at `path` inside it."""
    if not path:
        return change(name, value, data_type)
    step, below = path[0], path[1:]
    if isinstance(data_type, S.ArrayType) and step == ELEMENT:
        return _edited_elements(name, value, data_type.elementType, below, change)
    assert isinstance(data_type, S.StructType)
    fields: Named = []
    for field in data_type.fields:
        cell = value.getField(field.name)
        if field.name == step:
            fields += edited(field.name, cell, field.dataType, below, change)
        else:
            fields.append((field.name, cell))
    if not fields:
        return []
    struct = F.struct(*(part.alias(part_name) for part_name, part in fields))
    return [(name, F.when(value.isNotNull(), struct))]


def _edited_elements(
    name: str, value: Column, element: S.DataType, path: Path, change: Change
) -> Named:
    # How many fields come out does not depend on the value.
    outcome = edited(name, F.lit(None).cast(element), element, path, change)
    if not outcome:
        return []
    if len(outcome) > 1:
        raise InvalidOptionError(
            f"the elements of the array {name!r} themselves cannot become several fields; name a "
            "field of the elements, as in list[].field, or take another action"
        )

    def within(each: Column) -> Column:
        [(_, made)] = edited(name, each, element, path, change)
        return made

    return [(name, F.transform(value, within))]
