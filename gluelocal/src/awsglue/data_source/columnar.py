"""Parquet and ORC: the files know their columns and types themselves."""

from collections.abc import Mapping
from typing import Any

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from awsglue.catalog import CatalogTable
from awsglue.data_source.files import FileSet, reading
from awsglue.data_source.formats import FORMATS
from awsglue.engine.paths import column, find
from awsglue.engine.rows import Rows


class ColumnarFormat:
    """A self-describing format that Spark has under `spark_name`."""

    def __init__(self, spark_name: str) -> None:
        self._spark_name = spark_name

    def read(self, session: SparkSession, files: FileSet, options: Mapping[str, Any]) -> Rows:
        """The files' own columns."""
        with reading(self._spark_name):
            return Rows(files.reader(session).format(self._spark_name).load(list(files.paths)))

    def read_table(self, session: SparkSession, files: FileSet, table: CatalogTable) -> Rows:
        """The catalog's columns by name, in the types that the files have.

        A column that the files lack is null, in the catalog's type.
        """
        with reading(str(table)):
            frame = files.reader(session).format(self._spark_name).load(list(files.paths))
        cells = []
        for field in [*table.columns.fields, *files.partitions.fields]:
            there = find(frame.schema, (field.name,))
            value = F.lit(None).cast(field.dataType) if there is None else column(there.path[0])
            # The folder names' types are Spark's guess; the catalog knows better.
            if field in files.partitions.fields:
                value = value.cast(field.dataType)
            cells.append(value.alias(field.name))
        return Rows(frame.select(*cells))


FORMATS.register("parquet", "glueparquet")(ColumnarFormat("parquet"))
FORMATS.register("orc")(ColumnarFormat("orc"))
