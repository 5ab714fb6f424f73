"""Parquet and ORC: the files know their columns and types themselves."""

from collections.abc import Mapping
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as S

from awsglue.catalog import CatalogTable
from awsglue.data_source.files import FileSet, reading
from awsglue.data_source.formats import FORMATS
from awsglue.engine.paths import column, find
from awsglue.engine.rows import Rows


class ColumnarFormat:
    """A self-describing format that Spark has under `spark_name`; everything is a plain plan."""

    by_folders = True
    finds_partitions = True

    def __init__(self, spark_name: str) -> None:
        self._spark_name = spark_name

    def read(self, session: SparkSession, files: FileSet, options: Mapping[str, Any]) -> Rows:
        """The files' own columns, and those of `key=value` folders in Spark's types.

        The options tune the service's readers, and change nothing here.
        """
        with reading(self._spark_name):
            return Rows(files.reader(session).format(self._spark_name).load(list(files.paths)))

    def read_table(self, session: SparkSession, files: FileSet, table: CatalogTable) -> Rows:
        """The catalog's columns by name, in the types that the files have.

        A column that the files lack is null, in the catalog's type.
        """
        with reading(str(table)):
            found = self._load(session, files, None)
            if files.partitions.fields:
                # Spark guesses the types of folder names: a month 01 would become 1.
                own = [f for f in found.schema.fields if f.name not in files.partitions.names]
                found = self._load(session, files, S.StructType([*own, *files.partitions.fields]))
        cells = []
        for field in [*table.columns.fields, *files.partitions.fields]:
            there = find(found.schema, (field.name,))
            value = F.lit(None).cast(field.dataType) if there is None else column(there.path[0])
            cells.append(value.alias(field.name))
        return Rows(found.select(*cells))

    def _load(
        self, session: SparkSession, files: FileSet, schema: S.StructType | None
    ) -> DataFrame:
        reader = files.reader(session).format(self._spark_name)
        if schema is not None:
            reader = reader.schema(schema)
        return reader.load(list(files.paths))


FORMATS.register("parquet", "glueparquet")(ColumnarFormat("parquet"))
FORMATS.register("orc")(ColumnarFormat("orc"))
