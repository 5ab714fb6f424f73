"""Type names of mappings and of the catalog -> Spark types, and Spark types -> Glue types."""

import json
import re
from typing import Any

from pyspark.sql import types as S
from pyspark.sql.types import _parse_datatype_string

from awsglue import gluetypes as G
from awsglue.errors import InvalidOptionError

DEFAULT_DECIMAL = S.DecimalType(10, 2)
"""What `decimal` without a precision means in a mapping."""

_ATOMIC: dict[str, S.DataType] = {
    "string": S.StringType(),
    "varchar": S.StringType(),
    "char": S.StringType(),
    "boolean": S.BooleanType(),
    "byte": S.ByteType(),
    "tinyint": S.ByteType(),
    "short": S.ShortType(),
    "smallint": S.ShortType(),
    "int": S.IntegerType(),
    "integer": S.IntegerType(),
    "long": S.LongType(),
    "bigint": S.LongType(),
    "float": S.FloatType(),
    "double": S.DoubleType(),
    "decimal": DEFAULT_DECIMAL,
    "date": S.DateType(),
    "timestamp": S.TimestampType(),
    "binary": S.BinaryType(),
}
_TEXT = re.compile(r"(?:varchar|char)\s*\(\s*\d+\s*\)")
_DECIMAL = re.compile(r"decimal\s*\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\)")
_NESTED = re.compile(r"(array|map|struct|uniontype)\s*<.*>", re.DOTALL)

_GLUE_ATOMIC: dict[type[S.DataType], type[G.DataType]] = {
    S.StringType: G.StringType,
    S.BooleanType: G.BooleanType,
    S.ByteType: G.ByteType,
    S.ShortType: G.ShortType,
    S.IntegerType: G.IntegerType,
    S.LongType: G.LongType,
    S.FloatType: G.FloatType,
    S.DoubleType: G.DoubleType,
    S.DateType: G.DateType,
    S.TimestampType: G.TimestampType,
    S.TimestampNTZType: G.TimestampType,
    S.BinaryType: G.BinaryType,
    S.NullType: G.NullType,
}


def spark_type(name: str) -> S.DataType:
    """The Spark type of a Glue or catalog type name, such as `long`, `decimal(5,1)`, `array<int>`.

    Raises InvalidOptionError for a name that is neither.
    """
    text = name.strip()
    lower = text.lower()
    if lower in _ATOMIC:
        return _ATOMIC[lower]
    if _TEXT.fullmatch(lower):
        return S.StringType()
    if found := _DECIMAL.fullmatch(lower):
        precision, scale = int(found[1]), int(found[2] or 0)
        if not 0 < precision <= 38 or scale > precision:
            raise InvalidOptionError(
                f"the type {name!r} is impossible: precision 1 to 38, scale up to the precision"
            )
        return S.DecimalType(precision, scale)
    if _NESTED.fullmatch(lower) and not lower.startswith("uniontype"):
        # Spark's parser knows the catalog's nested notation, but not Glue's name of bigint.
        return _parse_datatype_string(re.sub(r"\blong\b(?!\s*:)", "bigint", text))
    known = ", ".join(sorted(_ATOMIC))
    raise InvalidOptionError(
        f"the type {name!r} is unknown; valid: {known}, decimal(p,s), array<...>, struct<...>"
    )


def glue_name(data_type: S.DataType) -> str:
    """The name of a type as a member of a choice and as the suffix of make_cols."""
    return glue_type(data_type).typeName()


def glue_type(data_type: S.DataType) -> G.DataType:
    """The Glue type of a Spark type; a choice is known to the frame alone, not to the type."""
    if isinstance(data_type, S.DecimalType):
        return G.DecimalType(data_type.precision, data_type.scale)
    if isinstance(data_type, S.ArrayType):
        return G.ArrayType(glue_type(data_type.elementType))
    if isinstance(data_type, S.MapType):
        return G.MapType(glue_type(data_type.valueType))
    if isinstance(data_type, S.StructType):
        return G.StructType([G.Field(f.name, glue_type(f.dataType)) for f in data_type.fields])
    return _GLUE_ATOMIC.get(type(data_type), G.UnknownType)()


def spark_type_of(data_type: G.DataType) -> S.DataType:
    """The Spark type of a Glue type; a choice is a struct with a field a member."""
    return _from_glue(data_type.jsonValue())


def schema_from_json(text: str) -> S.StructType:
    """A schema from the text of a StructType.json(), Spark's or Glue's.

    InvalidOptionError when it is neither.
    """
    try:
        value = json.loads(text)
        found = S.StructType.fromJson(value) if "type" in value else _from_glue(value)
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidOptionError(
            f"not a schema: {error}; give the text of StructType.json()"
        ) from error
    if not isinstance(found, S.StructType):
        raise InvalidOptionError(f"a schema is a struct, not {found.simpleString()}")
    return found


def _from_glue(value: dict[str, Any]) -> S.DataType:
    name = value["dataType"]
    match name:
        case "struct":
            return S.StructType(
                [S.StructField(f["name"], _from_glue(f["container"])) for f in value["fields"]]
            )
        case "array":
            return S.ArrayType(_from_glue(value["elementType"]))
        case "map":
            return S.MapType(S.StringType(), _from_glue(value["valueType"]))
        case "decimal":
            return S.DecimalType(int(value["precision"]), int(value["scale"]))
        case "choice":
            members = [_from_glue(member) for member in value["choices"]]
            return S.StructType([S.StructField(glue_name(one), one) for one in members])
        case "null" | "unknown":
            return S.NullType()
    return spark_type(name)
