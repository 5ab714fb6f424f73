"""Spark's columns as columns of the Data Catalog."""

from pyspark.sql import types as S

from awsglue.errors import InvalidOptionError


def catalog_column(field: S.StructField, table: str) -> dict[str, str]:
    """A column as the catalog has it, in lower case; InvalidOptionError for nested nested types."""
    if any(_is_nested(part) for part in _parts(field.dataType)):
        raise InvalidOptionError(
            f"{table}: the column {field.name!r} has nested types in a nested type "
            f"({field.dataType.simpleString()}), for which the catalog is not updated; unnest or "
            "relationalize the frame, or leave enableUpdateCatalog out and run a crawler"
        )
    return {"Name": field.name.lower(), "Type": _catalog_type(field.dataType)}


def _parts(data_type: S.DataType) -> list[S.DataType]:
    if isinstance(data_type, S.StructType):
        return [field.dataType for field in data_type.fields]
    if isinstance(data_type, S.ArrayType):
        return [data_type.elementType]
    if isinstance(data_type, S.MapType):
        return [data_type.keyType, data_type.valueType]
    return []


def _is_nested(data_type: S.DataType) -> bool:
    return isinstance(data_type, S.StructType | S.ArrayType | S.MapType)


def _catalog_type(data_type: S.DataType) -> str:
    if isinstance(data_type, S.StructType):
        inside = ",".join(f"{f.name}:{_catalog_type(f.dataType)}" for f in data_type.fields)
        return f"struct<{inside}>"
    if isinstance(data_type, S.ArrayType):
        return f"array<{_catalog_type(data_type.elementType)}>"
    if isinstance(data_type, S.MapType):
        return f"map<{_catalog_type(data_type.keyType)},{_catalog_type(data_type.valueType)}>"
    if isinstance(data_type, S.NullType):
        return "string"
    return "timestamp" if isinstance(data_type, S.TimestampNTZType) else data_type.simpleString()
