"""GlueContext (Glue Developer Guide, "GlueContext class").

Scripts import some other names from here as well, which AWS's module has by its own imports.
"""

import os
import sys
import time
import warnings
from collections.abc import Mapping
from typing import Any

from pyspark import SparkContext
from pyspark.sql import DataFrame, SparkSession, SQLContext
from pyspark.sql import types as S

from awsglue import purge
from awsglue.catalog import get_table
from awsglue.connections import extract_jdbc_conf
from awsglue.data_sink import DataSink as DataSink
from awsglue.data_source import DataSource, table
from awsglue.data_source import database as in_database
from awsglue.engine import records
from awsglue.frame.collection import DynamicFrameCollection as DynamicFrameCollection
from awsglue.frame.dynamic_frame import DynamicFrame
from awsglue.frame.reader import DataFrameReader, DynamicFrameReader, catalog_database
from awsglue.frame.writer import DataFrameWriter, DynamicFrameWriter
from awsglue.gluetypes import DataType as DataType
from awsglue.logger import GlueLogger
from awsglue.missing import MissingCalls
from awsglue.writing import WriteCalls


class GlueContext(WriteCalls, MissingCalls, SQLContext):
    """The entry of a script: reads and writes frames. `options` tune the service's partitioning."""

    def __init__(self, sparkContext: SparkContext | None = None, **options: Any) -> None:
        if sparkContext is None:
            sparkContext = SparkContext.getOrCreate()
        with warnings.catch_warnings():
            # Glue's class is a SQLContext, which Spark itself calls deprecated.
            warnings.simplefilter("ignore", FutureWarning)
            super().__init__(sparkContext, SparkSession.builder.getOrCreate())
        if "PYSPARK_PYTHON" not in os.environ and str(sparkContext.master).startswith("local"):
            # A user's function runs in this very Python, which has awsglue and the script's
            # packages; PySpark would take the first python3 of the PATH.
            sparkContext.pythonExec = sys.executable
        self.spark_session: SparkSession = self.sparkSession
        self.create_dynamic_frame = DynamicFrameReader(self)
        self.create_data_frame = DataFrameReader(self)
        self.write_dynamic_frame = DynamicFrameWriter(self)
        self.write_data_frame = DataFrameWriter(self)

    def get_logger(self) -> GlueLogger:
        """A logger with debug, info, warn, error and fatal; it writes to the run's output."""
        return GlueLogger()

    def getSource(
        self,
        connection_type: str,
        format: str | None = None,
        transformation_ctx: str = "",
        push_down_predicate: str = "",
        **options: Any,
    ) -> DataSource:
        """A source such as getSource("s3", paths=[...]); then setFormat and getFrame."""
        source = DataSource(self, connection_type, options, transformation_ctx)
        if format:
            source.setFormat(format)
        return source

    def create_dynamic_frame_from_rdd(
        self,
        data: Any,
        name: str,
        schema: Any = None,
        sample_ratio: float | None = None,
        transformation_ctx: str = "",
    ) -> DynamicFrame:
        """A frame of an RDD of dicts or Rows; without a schema, of its values' types."""
        if schema is not None:
            return DynamicFrame(self.spark_session.createDataFrame(data, schema), self, name)
        dicts = data.map(lambda row: row.asDict(recursive=True) if hasattr(row, "asDict") else row)
        return DynamicFrame(records.from_records(self.spark_session, dicts, {}), self, name)

    def create_dynamic_frame_from_options(
        self,
        connection_type: str,
        connection_options: Mapping[str, Any] | None = None,
        format: str | None = None,
        format_options: Mapping[str, Any] | None = None,
        transformation_ctx: str = "",
        push_down_predicate: str = "",
        **kwargs: Any,
    ) -> DynamicFrame:
        """A frame of a connection, such as ("s3", {"paths": [...]}, format="csv")."""
        source = self.getSource(
            connection_type,
            None,
            transformation_ctx,
            push_down_predicate,
            **(connection_options or {}),
        )
        if format:
            source.setFormat(format, **(format_options or {}))
        frame = source.getFrame(**kwargs)
        frame.name = transformation_ctx
        return frame

    def create_dynamic_frame_from_catalog(
        self,
        database: str | None = None,
        table_name: str | None = None,
        redshift_tmp_dir: str = "",
        transformation_ctx: str = "",
        push_down_predicate: str = "",
        additional_options: Mapping[str, Any] | None = None,
        catalog_id: str | None = None,
        **kwargs: Any,
    ) -> DynamicFrame:
        """A frame of a catalog table, whose data are files or lie in a database.

        `push_down_predicate` is SQL on the partition columns. EntityNotFoundError without table.
        """
        found = get_table(
            catalog_database(database, table_name, kwargs), str(table_name), catalog_id
        )
        if in_database.is_in_database(found):
            rows = in_database.read_table(
                self.spark_session,
                found,
                push_down_predicate,
                additional_options,
                redshift_tmp_dir,
                transformation_ctx,
            )
            return DynamicFrame(rows, self, found.name)
        rows = table.read(
            self.spark_session, found, push_down_predicate, additional_options, transformation_ctx
        )
        return DynamicFrame(rows, self, found.name)

    def create_data_frame_from_catalog(
        self,
        database: str | None = None,
        table_name: str | None = None,
        redshift_tmp_dir: str = "",
        transformation_ctx: str = "",
        push_down_predicate: str = "",
        additional_options: Mapping[str, Any] | None = None,
        catalog_id: str | None = None,
        **kwargs: Any,
    ) -> DataFrame:
        """As create_dynamic_frame_from_catalog, as a DataFrame."""
        return self.create_dynamic_frame_from_catalog(
            database,
            table_name,
            redshift_tmp_dir,
            transformation_ctx,
            push_down_predicate,
            additional_options,
            catalog_id,
            **kwargs,
        ).toDF()

    def create_data_frame_from_options(
        self,
        connection_type: str,
        connection_options: Mapping[str, Any] | None = None,
        format: str | None = None,
        format_options: Mapping[str, Any] | None = None,
        transformation_ctx: str = "",
        push_down_predicate: str = "",
        **kwargs: Any,
    ) -> DataFrame:
        """As create_dynamic_frame_from_options, as a DataFrame."""
        return self.create_dynamic_frame_from_options(
            connection_type,
            connection_options,
            format,
            format_options,
            transformation_ctx,
            push_down_predicate,
            **kwargs,
        ).toDF()

    def extract_jdbc_conf(
        self, connection_name: str, catalog_id: str | None = None
    ) -> dict[str, str]:
        """The settings of a JDBC connection: user, password, vendor, url, fullUrl, enforceSSL …"""
        return extract_jdbc_conf(connection_name, catalog_id)

    def catalog_types(
        self, database: str, table_name: str, catalog_id: str | None = None
    ) -> dict[str, S.DataType]:
        """A catalog table's column types by name, partition columns included."""
        found = get_table(database, table_name, catalog_id)
        both = [*found.columns.fields, *found.partition_columns.fields]
        return {field.name: field.dataType for field in both}

    def get_catalog_schema_as_spark_schema(
        self,
        database: str | None = None,
        table_name: str | None = None,
        catalog_id: str | None = None,
    ) -> S.StructType:
        """A catalog table's columns, then its partition columns, in Spark's types."""
        found = get_table(catalog_database(database, table_name, {}), str(table_name), catalog_id)
        return S.StructType([*found.columns.fields, *found.partition_columns.fields])

    def currentTimeMillis(self) -> int:
        """Milliseconds since 1970."""
        return time.time_ns() // 1_000_000

    def purge_s3_path(
        self,
        s3_path: str,
        options: Mapping[str, Any] | None = None,
        transformation_ctx: str = "",
    ) -> None:
        """Deletes the objects under a path that are older than `retentionPeriod` hours (168).

        Further options: excludeStorageClasses, manifestFilePath.
        """
        purge.purge_s3_path(s3_path, options or {}, transformation_ctx)

    def purge_table(
        self,
        database: str,
        table_name: str,
        options: Mapping[str, Any] | None = None,
        transformation_ctx: str = "",
        catalog_id: str | None = None,
    ) -> None:
        """Deletes a table's objects as purge_s3_path does, and partitions that become empty.

        Further option: partitionPredicate, SQL on the partition columns.
        """
        found = get_table(database, table_name, catalog_id)
        purge.purge_table(self.spark_session, found, options or {}, transformation_ctx)
