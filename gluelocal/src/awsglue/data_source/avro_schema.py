"""Avro schemas as Spark types, and Avro values as Spark takes them."""

import io
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from pyspark.sql import types as S

from awsglue.engine.paths import ELEMENT, Path
from awsglue.engine.types import glue_name
from awsglue.errors import DataReadError, NotSupportedError

_HEADER = {
    "type": "record",
    "name": "header",
    "fields": [
        {"name": "magic", "type": {"type": "fixed", "name": "magic", "size": 4}},
        {"name": "meta", "type": {"type": "map", "values": "bytes"}},
        {"name": "sync", "type": {"type": "fixed", "name": "sync", "size": 16}},
    ],
}
"""Avro specification, "Object Container Files"."""

_PLAIN: dict[str, tuple[S.DataType, type]] = {
    "boolean": (S.BooleanType(), bool),
    "int": (S.IntegerType(), int),
    "long": (S.LongType(), int),
    "float": (S.FloatType(), float),
    "double": (S.DoubleType(), float),
    "bytes": (S.BinaryType(), bytes),
    "fixed": (S.BinaryType(), bytes),
    "string": (S.StringType(), str),
    "enum": (S.StringType(), str),
}
_LOGICAL: dict[str, tuple[S.DataType, type]] = {
    "date": (S.DateType(), date),
    "timestamp-millis": (S.TimestampType(), datetime),
    "timestamp-micros": (S.TimestampType(), datetime),
}

Convert = Callable[[Any], Any]


class Branch(NamedTuple):
    """One type that a field may have; `python` is the type of its values, `choices` those inside.

    A branch of two has the same name when Glue gives both the same one.
    """

    data_type: S.DataType
    python: type
    convert: Convert
    choices: tuple[Path, ...] = ()

    @property
    def name(self) -> str:
        return glue_name(self.data_type)


class Field(NamedTuple):
    """A field with the types it may have; one that has several is a choice."""

    branches: tuple[Branch, ...]

    @property
    def data_type(self) -> S.DataType:
        if len(self.branches) == 1:
            return self.branches[0].data_type
        return S.StructType([S.StructField(one.name, one.data_type) for one in self.branches])

    def convert(self, value: Any) -> Any:
        """The value as Spark takes it; a choice as a tuple with one of its types set."""
        if value is None:
            return None
        taken = self.taken(value)
        made = taken.convert(value)
        if len(self.branches) == 1:
            return made
        return tuple(made if one is taken else None for one in self.branches)

    def taken(self, value: Any) -> Branch:
        """The branch that a value that is not null belongs to."""
        if len(self.branches) == 1:
            return self.branches[0]
        for one in self.branches:
            # Python's True is an int, and its datetime is a date.
            if type(value) is one.python and _fits(value, one.data_type):
                return one
        raise DataReadError(f"the value {value!r} has none of the types of its union")

    def choices(self, path: Path) -> list[Path]:
        """The paths of the choices in a field at `path`, itself too."""
        own = [path] if len(self.branches) > 1 else []
        for one in self.branches:
            here = path if len(self.branches) == 1 else (*path, one.name)
            own += [(*here, *below) for below in one.choices]
        return own


def _fits(value: Any, data_type: S.DataType) -> bool:
    return not isinstance(data_type, S.IntegerType) or -(2**31) <= value < 2**31


def fields_of(schema: Mapping[str, Any]) -> dict[str, Field]:
    """A record schema's fields by name; NotSupportedError for one that contains itself."""
    return _fields(schema, {}, schema["name"])


def merged(files: Iterable[Mapping[str, Field]]) -> dict[str, Field]:
    """The fields of all files; a field that has other types in other files is a choice of them."""
    together: dict[str, Field] = {}
    for fields in files:
        for name, field in fields.items():
            known = together.get(name, Field(())).branches
            together[name] = _union((*known, *field.branches), name)
    return together


def prepared(schema: Any, logical: frozenset[str]) -> Any:
    """The schema with no logical types but these."""
    if isinstance(schema, list):
        return [prepared(one, logical) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: [{**one, "type": prepared(one["type"], logical)} for one in part]
        if name == "fields"
        else prepared(part, logical)
        if name in ("type", "items", "values")
        else part
        for name, part in schema.items()
        if name != "logicalType" or part in logical
    }


def read_header(content: bytes) -> tuple[dict[str, Any], int]:
    """A file's header and its length in bytes; ValueError when it is no Avro file."""
    import fastavro

    file = io.BytesIO(content)
    if content[:4] != b"Obj\x01":
        raise ValueError("it is no Avro object container file")
    header = fastavro.schemaless_reader(file, _HEADER, None)
    assert isinstance(header, dict)
    return header, file.tell()


def with_schema(content: bytes, schema: Any) -> bytes:
    """The file with another schema in its header; its values must be written the same in both."""
    import fastavro

    header, length = read_header(content)
    header["meta"]["avro.schema"] = json.dumps(schema).encode()
    file = io.BytesIO()
    fastavro.schemaless_writer(file, _HEADER, header)
    return file.getvalue() + content[length:]


def _fields(schema: Mapping[str, Any], named: dict[str, Any], path: str) -> dict[str, Field]:
    return {
        one["name"]: _field(one["type"], named, f"{path}.{one['name']}") for one in schema["fields"]
    }


def _field(schema: Any, named: dict[str, Any], path: str) -> Field:
    alternatives = schema if isinstance(schema, list) else [schema]
    branches = [_branch(one, named, path) for one in alternatives if one != "null"]
    if not branches:
        branches = [Branch(S.StringType(), str, _same)]
    return _union(tuple(branches), path)


def _union(branches: tuple[Branch, ...], path: str) -> Field:
    kept: dict[str, Branch] = {}
    for one in branches:
        known = kept.setdefault(one.name, one)
        if known.data_type != one.data_type:
            raise NotSupportedError(
                f"the avro field {path}, which may be {known.data_type.simpleString()} or "
                f"{one.data_type.simpleString()},"
            )
    return Field(tuple(kept.values()))


def _same(value: Any) -> Any:
    return value


def _branch(schema: Any, named: dict[str, Any], path: str) -> Branch:
    if isinstance(schema, str):
        if schema in named:
            known = named[schema]
            if known is None:
                raise NotSupportedError(f"the avro field {path}, whose record contains itself,")
            return _branch(known, {**named, schema: None}, path)
        schema = {"type": schema}
    kind = schema["type"]
    if isinstance(kind, dict | list):
        return _branch(kind, named, path)
    for name in _names(schema):
        named[name] = schema
    logical = schema.get("logicalType")
    if logical == "decimal":
        return Branch(S.DecimalType(schema["precision"], schema.get("scale", 0)), Decimal, _same)
    if logical in _LOGICAL:
        return Branch(*_LOGICAL[logical], _same)
    match kind:
        case "record":
            return _record(schema, named, path)
        case "array":
            element = _field(schema["items"], named, path)
            return Branch(
                S.ArrayType(element.data_type),
                list,
                lambda value: [element.convert(one) for one in value],
                tuple(element.choices((ELEMENT,))),
            )
        case "map":
            part = _field(schema["values"], named, path)
            if len(part.branches) > 1:
                raise NotSupportedError(f"the avro map {path}, whose values have several types,")
            return Branch(
                S.MapType(S.StringType(), part.data_type),
                dict,
                lambda value: {key: part.convert(one) for key, one in value.items()},
            )
    if kind in named and named[kind] is not schema:
        return _branch(kind, named, path)
    if kind not in _PLAIN:
        raise DataReadError(f"the avro field {path} has the unknown type {kind!r}")
    return Branch(*_PLAIN[kind], _same)


def _record(schema: Any, named: dict[str, Any], path: str) -> Branch:
    inside = {**named, **dict.fromkeys(_names(schema))}
    fields = _fields(schema, inside, path)
    choices = [found for name, field in fields.items() for found in field.choices((name,))]
    return Branch(
        S.StructType([S.StructField(name, field.data_type) for name, field in fields.items()]),
        dict,
        lambda value: tuple(field.convert(value[name]) for name, field in fields.items()),
        tuple(choices),
    )


def _names(schema: Mapping[str, Any]) -> list[str]:
    """The names by which later fields may refer to a type."""
    if "name" not in schema:
        return []
    space = schema.get("namespace", "")
    return [schema["name"], *([f"{space}.{schema['name']}"] if space else [])]
