"""GlueContext (Glue Developer Guide, "GlueContext class")."""

import os
import sys
import warnings
from collections.abc import Mapping
from typing import Any

from pyspark import SparkContext
from pyspark.sql import DataFrame, SparkSession, SQLContext
from pyspark.sql import types as S

from awsglue import purge
from awsglue.catalog import get_table
from awsglue.connections import extract_jdbc_conf
from awsglue.data_sink import DataSink, redshift, s3  # noqa: F401 - importing registers them
from awsglue.data_sink.sink import SINKS
from awsglue.data_source import DataSource, table
from awsglue.engine import records
from awsglue.errors import InvalidOptionError, NotSupportedError
from awsglue.frame.dynamic_frame import DynamicFrame
from awsglue.frame.reader import DataFrameReader, DynamicFrameReader, catalog_database
from awsglue.frame.writer import DynamicFrameWriter, Written
from awsglue.logger import GlueLogger


class GlueContext(SQLContext):
    """The entry of a script: reads and writes frames. `options` tune the service's partitioning."""

    def __init__(self, sparkContext: SparkContext, **options: Any) -> None:
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

    def get_logger(self) -> GlueLogger:
        """A logger with debug, info, warn, error and fatal; it writes to the run's output."""
        return GlueLogger()

    def getSource(
        self,
        connection_type: str,
        transformation_ctx: str = "",
        push_down_predicate: str = "",
        **options: Any,
    ) -> DataSource:
        """A source such as getSource("s3", paths=[...]); then setFormat and getFrame."""
        return DataSource(self, connection_type, options)

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
            connection_type, transformation_ctx, push_down_predicate, **(connection_options or {})
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
        """A frame of a catalog table whose data are files.

        `push_down_predicate` is SQL on the partition columns. EntityNotFoundError without table.
        """
        found = get_table(
            catalog_database(database, table_name, kwargs), str(table_name), catalog_id
        )
        rows = table.read(self.spark_session, found, push_down_predicate, additional_options)
        return DynamicFrame(rows, self, found.name)

    def create_data_frame_from_catalog(self, *args: Any, **kwargs: Any) -> DataFrame:
        """As create_dynamic_frame_from_catalog, as a DataFrame."""
        return self.create_dynamic_frame_from_catalog(*args, **kwargs).toDF()

    def create_data_frame_from_options(self, *args: Any, **kwargs: Any) -> DataFrame:
        """As create_dynamic_frame_from_options, as a DataFrame."""
        return self.create_dynamic_frame_from_options(*args, **kwargs).toDF()

    def getSink(
        self,
        connection_type: str,
        format: str | None = None,
        transformation_ctx: str = "",
        **options: Any,
    ) -> DataSink:
        """A sink such as getSink("s3", path=...); then setFormat and writeFrame."""
        sink = SINKS.get(connection_type)(self, options)
        if format:
            sink.setFormat(format)
        return sink

    def write_dynamic_frame_from_options(
        self,
        frame: Written,
        connection_type: str,
        connection_options: Mapping[str, Any] | None = None,
        format: str | None = None,
        format_options: Mapping[str, Any] | None = None,
        transformation_ctx: str = "",
    ) -> Written:
        """Writes to a connection, such as ("s3", {"path": ...}, format="json")."""
        sink = self.getSink(connection_type, None, transformation_ctx, **(connection_options or {}))
        if format:
            sink.setFormat(format, **(format_options or {}))
        return sink.write(frame)

    write_from_options = write_dynamic_frame_from_options

    def write_dynamic_frame_from_catalog(
        self,
        frame: Written,
        database: str,
        table_name: str,
        redshift_tmp_dir: str = "",
        transformation_ctx: str = "",
        additional_options: Mapping[str, Any] | None = None,
        catalog_id: str | None = None,
        **kwargs: Any,
    ) -> Written:
        """Writes where a catalog table lies: into its folder, or into its Redshift table."""
        found = get_table(database, table_name, catalog_id)
        given = dict(additional_options or {})
        if found.parameters.get("typeOfData") == "table":
            connection = found.parameters.get("connectionName")
            if not connection:
                raise InvalidOptionError(
                    f"{found}: the catalog names no connectionName to write to"
                )
            database_name, _, dbtable = found.location.partition(".")
            options = {"dbtable": dbtable, "database": database_name, **given}
            return self.write_dynamic_frame_from_jdbc_conf(
                frame, connection, options, redshift_tmp_dir, transformation_ctx, catalog_id
            )
        options = {"path": found.location, **given}
        if found.partition_columns.names:
            options.setdefault("partitionKeys", found.partition_columns.names)
        format_options = {}
        if found.classification == "csv":
            header = int(found.parameters.get("skip.header.line.count", "0")) > 0
            separator = found.parameters.get("delimiter") or found.serde.get("field.delim") or ","
            format_options = {"separator": separator, "writeHeader": header}
        return self.write_dynamic_frame_from_options(
            frame, "s3", options, found.classification, format_options, transformation_ctx
        )

    def write_dynamic_frame_from_jdbc_conf(
        self,
        frame: Written,
        catalog_connection: str,
        connection_options: Mapping[str, Any] | None = None,
        redshift_tmp_dir: str = "",
        transformation_ctx: str = "",
        catalog_id: str | None = None,
    ) -> Written:
        """Writes over a connection of the catalog; options `dbtable`, `database`, `preactions` …"""
        conf = self.extract_jdbc_conf(catalog_connection, catalog_id)
        options = {
            "url": conf["fullUrl"],
            "user": conf["user"],
            "password": conf["password"],
            **(connection_options or {}),
        }
        if redshift_tmp_dir:
            options["redshiftTmpDir"] = redshift_tmp_dir
        return self.getSink(conf["vendor"], None, transformation_ctx, **options).write(frame)

    write_from_jdbc_conf = write_dynamic_frame_from_jdbc_conf

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

    def purge_s3_path(
        self,
        s3_path: str,
        options: Mapping[str, Any] | None = None,
        transformation_ctx: str = "",
    ) -> None:
        """Deletes the objects under a path that are older than `retentionPeriod` hours (168)."""
        purge.purge_s3_path(s3_path, options or {})

    def purge_table(self, database: str, table_name: str, *args: Any, **kwargs: Any) -> None:
        """Deletes a table's files; not there yet."""
        raise NotSupportedError("GlueContext.purge_table", "purge_s3_path is supported")

    def transition_table(self, database: str, table_name: str, *args: Any, **kwargs: Any) -> None:
        """Moves a table's files to another storage class; not there."""
        raise NotSupportedError("GlueContext.transition_table")

    def transition_s3_path(self, s3_path: str, *args: Any, **kwargs: Any) -> None:
        """Moves files to another storage class; not there."""
        raise NotSupportedError("GlueContext.transition_s3_path")

    def write_data_frame_from_catalog(self, *args: Any, **kwargs: Any) -> None:
        """Writes to a governed table; not there."""
        raise NotSupportedError("GlueContext.write_data_frame_from_catalog")

    def begin_transaction(self, read_only: bool) -> str:
        """Starts a governed table's transaction; not there."""
        raise NotSupportedError("GlueContext.begin_transaction")

    def commit_transaction(self, transaction_id: str, wait_for_commit: bool = True) -> bool:
        """Commits a governed table's transaction; not there."""
        raise NotSupportedError("GlueContext.commit_transaction")

    def cancel_transaction(self, transaction_id: str) -> bool:
        """Cancels a governed table's transaction; not there."""
        raise NotSupportedError("GlueContext.cancel_transaction")

    def forEachBatch(self, frame: DataFrame, batch_function: Any, options: Any = None) -> None:
        """Runs a streaming job's batches; not there."""
        raise NotSupportedError("GlueContext.forEachBatch")

    def add_ingestion_time_columns(self, frame: DataFrame, timeGranularity: str) -> DataFrame:
        """Adds columns of the time of ingestion; not there yet."""
        raise NotSupportedError("GlueContext.add_ingestion_time_columns")
