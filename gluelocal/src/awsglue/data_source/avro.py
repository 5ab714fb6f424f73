"""Avro object container files, read in Python by the library fastavro.

The columns come from the files' own schemas, before any record is read. Every record goes through
Python once; Spark's own reader is a jar that PySpark does not have.
"""

import importlib.util
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pyspark.sql import SparkSession
from pyspark.sql import types as S

from awsglue.catalog import CatalogTable
from awsglue.data_source import documents
from awsglue.data_source.avro_schema import (
    fields_of,
    merged,
    prepared,
    read_header,
    with_schema,
)
from awsglue.data_source.catalog_columns import catalog_columns
from awsglue.data_source.files import FileSet
from awsglue.data_source.formats import FORMATS
from awsglue.engine.rows import Rows
from awsglue.errors import InvalidOptionError, NotSupportedError

_VERSIONS: dict[str, frozenset[str]] = {
    "1.7": frozenset(),
    "1.8": frozenset({"decimal", "date", "timestamp-millis"}),
}
"""format_options `version` -> logical types that are read as what they mean."""


class AvroFormat:
    """Avro; a field that may have several types besides null is a choice."""

    by_folders = False
    finds_partitions = False

    def read(self, session: SparkSession, files: FileSet, options: Mapping[str, Any]) -> Rows:
        """The files' columns; a column that a file lacks is null there.

        Logical types are read as the service reads them (Glue Developer Guide, "Using the Avro
        format in AWS Glue"): with `version` "1.7", the default, as their plain types; with "1.8"
        decimal, date and timestamp-millis as such, and the others as their plain types.
        """
        version = str(options.get("version", "1.7"))
        if version not in _VERSIONS:
            raise InvalidOptionError(
                f"format_options version {version!r} of avro is not one; valid: 1.7, 1.8"
            )
        return _rows(session, files, _VERSIONS[version])

    def read_table(self, session: SparkSession, files: FileSet, table: CatalogTable) -> Rows:
        """The catalog's columns by name, in the types that the files have.

        A column that the files lack is null. Logical types are read as with `version` "1.8", and
        timestamp-micros too: the crawler gives them these types.
        """
        read = _rows(session, files, _VERSIONS["1.8"] | {"timestamp-micros"})
        return catalog_columns(read, table)


def _rows(session: SparkSession, files: FileSet, logical: frozenset[str]) -> Rows:
    _require_library()
    with documents.parsing("avro"):
        headers = documents.parsed(session, files, _header).distinct().collect()
    columns = merged(fields_of(prepared(json.loads(one), logical)) for one in sorted(headers))
    schema = S.StructType([S.StructField(n, field.data_type) for n, field in columns.items()])

    def parse(_: str, content: bytes) -> Iterator[tuple[Any, ...]]:
        import fastavro

        header, _length = read_header(content)
        own = prepared(json.loads(header["meta"]["avro.schema"]), logical)
        for record in fastavro.reader(io.BytesIO(with_schema(content, own))):
            assert isinstance(record, dict)
            yield tuple(field.convert(record.get(name)) for name, field in columns.items())

    found = documents.parsed(session, files, parse)
    frame = session.createDataFrame(found, schema, verifySchema=False)
    choices = [path for name, field in columns.items() for path in field.choices((name,))]
    return Rows(
        frame,
        frozenset(path[0] for path in choices if len(path) == 1),
        nested=frozenset(path for path in choices if len(path) > 1),
    )


def _require_library() -> None:
    if importlib.util.find_spec("fastavro") is None:
        raise NotSupportedError(
            "reading avro without fastavro", "pip install fastavro (part of gluelocal[spark])"
        )


def _header(_: str, content: bytes) -> Iterable[str]:
    header, _length = read_header(content)
    schema = json.loads(header["meta"]["avro.schema"])
    if not isinstance(schema, dict) or schema.get("type") != "record":
        raise ValueError("its values are no records, and so no rows")
    yield json.dumps(schema, sort_keys=True)


FORMATS.register("avro")(AvroFormat())
