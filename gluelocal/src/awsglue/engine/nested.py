"""Nested rows made flat."""

from collections.abc import Iterator

from pyspark.sql import Column
from pyspark.sql import types as S

from awsglue.engine.paths import column
from awsglue.engine.rows import Rows


def unnest(rows: Rows) -> Rows:
    """Structs flattened into columns whose names are their paths with dots; choices stay."""
    flat = [
        leaf
        for field in rows.schema.fields
        for leaf in _leaves(
            field.name, column(field.name), field.dataType, field.name in rows.choices
        )
    ]
    return Rows(rows.frame.select(*(value.alias(name) for name, value in flat)), rows.choices)


def _leaves(
    name: str, value: Column, data_type: S.DataType, is_choice: bool = False
) -> Iterator[tuple[str, Column]]:
    if is_choice or not isinstance(data_type, S.StructType):
        yield name, value
        return
    for field in data_type.fields:
        yield from _leaves(f"{name}.{field.name}", value.getField(field.name), field.dataType)
