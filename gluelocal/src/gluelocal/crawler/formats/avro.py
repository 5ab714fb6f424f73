"""The built-in Avro classifier: the schema in the file's header, nothing guessed."""

import io
import json
from typing import Any

import fastavro
from fastavro.schema import SchemaParseException

from gluelocal.crawler.errors import CrawlError
from gluelocal.crawler.formats.protocol import Detected, Storage
from gluelocal.crawler.hive_types import (
    NULL,
    STRING,
    Array,
    HiveType,
    Map,
    Scalar,
    Struct,
    merge_all,
)
from gluelocal.crawler.sample import Sample
from gluelocal.crawler.schema import Column, catalog_names

_MAGIC = b"Obj\x01"
_HIVE_IO = "org.apache.hadoop.hive.ql.io.avro"
_SERDE = "org.apache.hadoop.hive.serde2.avro.AvroSerDe"
_SCALARS = {
    "null": NULL,
    "boolean": Scalar("boolean"),
    "int": Scalar("int"),
    "long": Scalar("bigint"),
    "float": Scalar("float"),
    "double": Scalar("double"),
    "bytes": Scalar("binary"),
    "fixed": Scalar("binary"),
    "string": STRING,
    "enum": STRING,
}
_LOGICAL = {
    "date": Scalar("date"),
    "timestamp-millis": Scalar("timestamp"),
    "timestamp-micros": Scalar("timestamp"),
}


class Avro:
    """An Avro object container file of records."""

    name = "avro"

    def sniff(self, sample: Sample) -> Detected | None:
        if not sample.head.startswith(_MAGIC):
            return None
        content = io.BytesIO(sample.head)
        try:
            reader = fastavro.block_reader(content)
        except (EOFError, ValueError, KeyError, SchemaParseException) as problem:
            raise CrawlError(
                f"{sample.location} begins as Avro but its header cannot be read ({problem!r}). "
                "Write it again, or exclude it with the target's Exclusions."
            ) from problem
        schema = reader.writer_schema
        if not isinstance(schema, dict) or schema.get("type") != "record":
            return None
        names = catalog_names([field["name"] for field in schema["fields"]])
        named: dict[str, HiveType] = {}
        types = [_type_of(field["type"], named) for field in schema["fields"]]
        records, length = _measure(reader, content)
        literal = json.dumps(json.loads(reader.metadata["avro.schema"]))
        return Detected(
            classification="avro",
            columns=tuple(map(Column, names, types)),
            storage=Storage(
                f"{_HIVE_IO}.AvroContainerInputFormat",
                f"{_HIVE_IO}.AvroContainerOutputFormat",
                _SERDE,
                {"avro.schema.literal": literal, "serialization.format": "1"},
            ),
            parameters={},
            records=records,
            record_bytes=length,
        )


def _measure(reader: Any, content: io.BytesIO) -> tuple[int, int]:
    """Records in the blocks that are whole, and the bytes up to their end."""
    records = 0
    length = content.tell()
    try:
        for block in reader:
            records += block.num_records
            length = content.tell()
    except (EOFError, ValueError):
        # The sample ends inside a block; the blocks before it are enough for an estimate.
        return records, length
    return records, length


def _type_of(schema: Any, named: dict[str, HiveType]) -> HiveType:
    """`named` collects the named types met so far, which later fields may refer to."""
    if isinstance(schema, list):
        return merge_all([_type_of(one, named) for one in schema])
    if isinstance(schema, str):
        # What is not known yet is a record inside itself, which no finite Hive type can tell.
        return _SCALARS.get(schema) or named.get(schema, STRING)
    if schema.get("logicalType") == "decimal":
        return Scalar(f"decimal({schema['precision']},{schema.get('scale', 0)})")
    if logical := _LOGICAL.get(schema.get("logicalType", "")):
        return logical
    match schema["type"]:
        case "record":
            fields = [(one["name"], _type_of(one["type"], named)) for one in schema["fields"]]
            type_: HiveType = Struct(tuple(fields))
        case "array":
            type_ = Array(_type_of(schema["items"], named))
        case "map":
            type_ = Map(STRING, _type_of(schema["values"], named))
        case other:
            type_ = _type_of(other, named)
    if name := schema.get("name"):
        named[name] = type_
        named[f"{schema.get('namespace', '')}.{name}".lstrip(".")] = type_
    return type_
