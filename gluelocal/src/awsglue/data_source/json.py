"""JSON files: one object a line, or one document a file with `multiline`."""

from collections.abc import Mapping
from typing import Any

from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as S

from awsglue.catalog import CatalogTable
from awsglue.data_source.files import FileSet, reading
from awsglue.data_source.formats import FORMATS, refuse_options, truth
from awsglue.engine import text
from awsglue.engine.paths import column, find
from awsglue.engine.rows import Rows

# What cannot be parsed ends in an error, rather than in rows of nulls.
_STRICT = {"mode": "FAILFAST"}


class JsonFormat:
    """JSON objects; fields that an object lacks are null."""

    def read(self, session: SparkSession, files: FileSet, options: Mapping[str, Any]) -> Rows:
        """Columns and types as Spark infers them from all the data."""
        refuse_options("json", options, ("jsonPath",))
        multi_line = truth(options.get("multiline", options.get("multiLine", False)))
        reader = files.reader(session).options(**_STRICT, multiLine=str(multi_line).lower())
        with reading("json"):
            return Rows(reader.format("json").load(list(files.paths)))

    def read_table(self, session: SparkSession, files: FileSet, table: CatalogTable) -> Rows:
        """The catalog's columns; its names are matched to the data's without regard to case.

        Scalars are read as text first, so that a value that does not fit makes the column a choice;
        inside arrays and structs such a value is an error.
        """
        options = {**_STRICT, "primitivesAsString": "true"}
        with reading(str(table)):
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
        reader = files.reader(session).options(**_STRICT).schema(full)
        partitions = [column(name) for name in files.partitions.names]
        frame = reader.format("json").load(list(files.paths)).select(*cells, *partitions)
        return Rows(frame, unsettled=unsettled)


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
