"""JSON files: one object a line, or anywhere in a file with `multiline`.

One object a line is a plain plan. With `multiline` or `jsonPath` each file is read whole and cut
into its records in Python, and the records go on as a plain plan.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as S

from awsglue.catalog import CatalogTable
from awsglue.data_source import documents, json_path
from awsglue.data_source.files import ENDINGS, FileSet, reading
from awsglue.data_source.formats import FORMATS, refuse_options, truth
from awsglue.data_source.json_lines import STRICT, json_frame
from awsglue.data_source.json_types import typed
from awsglue.engine import text
from awsglue.engine.paths import column, find
from awsglue.engine.rows import Rows
from awsglue.errors import NotSupportedError

_SPANNING = "if records span lines, set the format option multiline; else correct the file"

# What would change the columns or leave rows out (the SerDe's own documentation).
_SERDE_REFUSED = {"ignore.malformed.json": "false", "dots.in.keys": "false"}


class JsonFormat:
    """JSON objects; fields that an object lacks are null."""

    by_folders = False
    finds_partitions = True

    def read(self, session: SparkSession, files: FileSet, options: Mapping[str, Any]) -> Rows:
        """Columns and types of all the data; values of several types make a field a choice.

        `jsonPath` leads to the records in a file's values, `multiline` lets a record span lines
        (Glue Developer Guide, "Using the JSON format in AWS Glue"). `optimizePerformance` changes
        nothing. A text that is no JSON is a DataReadError that names `multiline`; on the service it
        is an error record.
        """
        refuse_options("json", options, ("withSchema",))
        path = options.get("jsonPath") or ""
        multi_line = truth(options.get("multiline", options.get("multiLine", False)))
        if path or multi_line or files.compression:
            steps = json_path.parse(path)
            lines = documents.texts(session, files, lambda _, content: _records(content, steps))
            with documents.parsing("json"):
                return typed(session, lines, lambda schema: json_frame(session, lines, schema))
        with reading("json"), documents.parsing("json", _SPANNING):
            lines = files.reader(session).format("text").load(list(files.paths)).select("value")
            return typed(
                session,
                lines,
                lambda schema: (
                    files.reader(session).options(**STRICT).schema(schema).json(list(files.paths))
                ),
            )

    def read_table(self, session: SparkSession, files: FileSet, table: CatalogTable) -> Rows:
        """The catalog's columns; its names are matched to the data's without regard to case.

        Scalars are read as text first, so that a value that does not fit makes the column a choice;
        inside arrays and structs such a value is an error.
        """
        _refuse_serde(table)
        if files.compression:
            raise NotSupportedError(
                f"{table}: compressionType {files.compression!r} of JSON files whose names do not "
                f"end in {ENDINGS[files.compression]}",
                "give them that ending, or read them by path",
            )
        options = {**STRICT, "primitivesAsString": "true"}
        with reading(str(table)), documents.parsing(str(table), "correct the file"):
            found = files.reader(session).options(**options).format("json").load(list(files.paths))
        data = _without(found.schema, files.partitions.names)
        schema = S.StructType()
        cells: list[Column] = []
        unsettled: dict[str, S.DataType] = {}
        for field in table.columns.fields:
            there = find(data, (field.name,))
            if there is None:
                cells.append(F.lit(None).cast(field.dataType).alias(field.name))
                continue
            wanted = _aligned(field.dataType, there.data_type)
            if text.is_scalar(wanted):
                wanted = S.StringType()
                if not text.is_text(field.dataType):
                    unsettled[field.name] = field.dataType
            schema.add(there.path[0], wanted)
            cells.append(column(there.path[0]).alias(field.name))
        full = S.StructType([*schema.fields, *files.partitions.fields])
        reader = files.reader(session).options(**STRICT).schema(full)
        partitions = [column(name) for name in files.partitions.names]
        frame = reader.format("json").load(list(files.paths)).select(*cells, *partitions)
        return Rows(frame, unsettled=unsettled)


def _records(content: bytes, steps: json_path.Steps) -> Iterator[str]:
    for value in json_path.values(documents.decoded(content)):
        yield from json_path.records(value, steps)


def _refuse_serde(table: CatalogTable) -> None:
    for name, value in table.serde.items():
        known = _SERDE_REFUSED.get(name.lower())
        if name.lower().startswith("mapping.") or known not in (None, value.lower()):
            raise NotSupportedError(
                f"{table}: the SerDe parameter {name!r} = {value!r}",
                "rename the columns in the job instead" if known is None else "",
            )


def _without(schema: S.StructType, names: list[str]) -> S.StructType:
    return S.StructType([field for field in schema.fields if field.name not in names])


def _aligned(declared: S.DataType, data: S.DataType) -> S.DataType:
    """The declared type with the data's spelling of field names, which Spark takes literally."""
    if isinstance(declared, S.ArrayType) and isinstance(data, S.ArrayType):
        return S.ArrayType(_aligned(declared.elementType, data.elementType))
    if isinstance(declared, S.StructType) and isinstance(data, S.StructType):
        fields = []
        for field in declared.fields:
            there = find(data, (field.name,))
            name = there.path[0] if there else field.name
            fields.append(
                S.StructField(
                    name, _aligned(field.dataType, there.data_type) if there else field.dataType
                )
            )
        return S.StructType(fields)
    return declared


FORMATS.register("json")(JsonFormat())
