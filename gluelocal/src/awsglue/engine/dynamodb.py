"""DynamoDB JSON made plain: values without the descriptors of their types.

In DynamoDB JSON each value is an object with one field, which is named by its type: S, N, B, BOOL,
NULL, M (a map of values), L (a list of values), SS, NS, BS (Amazon DynamoDB Developer Guide, "Data
objects"). An export has the attributes under `Item`.
"""

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql import types as S

from awsglue.engine.nested import column_leaves
from awsglue.engine.paths import column
from awsglue.engine.rows import Rows

_SCALARS = ("S", "N", "B", "BOOL", "SS", "NS", "BS")
_DESCRIPTORS = (*_SCALARS, "NULL", "M", "L")
_ITEM = "Item"


def simplify(rows: Rows) -> Rows:
    """Attributes as columns, maps as structs (Glue Developer Guide, simplify_ddb_json).

    Elements of a list stay as they are when they have several types or are maps; so does a value
    of several types (unverified).
    """
    columns = [
        (_plain(value, data_type) if _is_value(data_type) else value).alias(name)
        for name, value, data_type in _attributes(rows)
    ]
    return Rows(rows.frame.select(*columns))


def unnest(rows: Rows) -> Rows:
    """As simplify, with maps opened into columns whose names have dots (unnest_ddb_json)."""
    plain = simplify(rows)
    return Rows(plain.frame.select(*(leaf.value.alias(leaf.name) for leaf in column_leaves(plain))))


def _attributes(rows: Rows) -> list[tuple[str, Column, S.DataType]]:
    found: list[tuple[str, Column, S.DataType]] = []
    for field in rows.schema.fields:
        if field.name == _ITEM and isinstance(field.dataType, S.StructType):
            item = column(field.name)
            found += [(f.name, item.getField(f.name), f.dataType) for f in field.dataType.fields]
        else:
            found.append((field.name, column(field.name), field.dataType))
    return found


def _is_value(data_type: S.DataType) -> bool:
    return (
        isinstance(data_type, S.StructType)
        and len(data_type) == 1
        and data_type.names[0] in _DESCRIPTORS
    )


def _plain(value: Column, data_type: S.DataType) -> Column:
    if not _is_value(data_type):
        return value
    assert isinstance(data_type, S.StructType)
    [field] = data_type.fields
    inner = value.getField(field.name)
    match field.name, field.dataType:
        case "NULL", _:
            return F.lit(None)
        case "M", S.StructType() as members:
            parts = [
                _plain(inner.getField(f.name), f.dataType).alias(f.name) for f in members.fields
            ]
            return F.when(inner.isNotNull(), F.struct(*parts)) if parts else inner
        case "L", S.ArrayType(elementType=element):
            if _is_value(element) and element.names[0] != "M":  # type: ignore[attr-defined]
                return F.transform(inner, lambda each: _plain(each, element))
    return inner
