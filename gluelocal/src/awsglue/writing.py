"""The calls of a GlueContext that write."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from pyspark.sql import DataFrame

from awsglue.catalog import CatalogTable, get_table
from awsglue.connections import extract_jdbc_conf
from awsglue.data_sink import DataSink, jdbc, redshift, s3  # noqa: F401 - importing registers them
from awsglue.data_sink.sink import SINKS
from awsglue.errors import InvalidOptionError, NotSupportedError
from awsglue.frame.dynamic_frame import DynamicFrame
from awsglue.frame.reader import catalog_database
from awsglue.frame.writer import Written
from awsglue.options import truth

if TYPE_CHECKING:
    from awsglue.context import GlueContext


class WriteCalls:
    """Sinks, and writing by options, by catalog table and by connection."""

    def getSink(
        self,
        connection_type: str,
        format: str | None = None,
        transformation_ctx: str = "",
        **options: Any,
    ) -> DataSink:
        """A sink such as getSink("s3", path=...); then setFormat and writeFrame."""
        sink = SINKS.get(connection_type)(cast("GlueContext", self), options)
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

    def write_from_options(
        self,
        frame_or_dfc: Written,
        connection_type: str,
        connection_options: Mapping[str, Any] | None = None,
        format: str | Mapping[str, Any] | None = None,
        format_options: Mapping[str, Any] | None = None,
        transformation_ctx: str = "",
        **kwargs: Any,
    ) -> Written:
        """As write_dynamic_frame_from_options, for a frame or a collection."""
        return self.write_dynamic_frame_from_options(
            frame_or_dfc,
            connection_type,
            connection_options,
            # The service's default is {}, which is no format.
            format if isinstance(format, str) else None,
            format_options,
            transformation_ctx,
        )

    def write_dynamic_frame_from_catalog(
        self,
        frame: Written,
        database: str | None = None,
        table_name: str | None = None,
        redshift_tmp_dir: str = "",
        transformation_ctx: str = "",
        additional_options: Mapping[str, Any] | None = None,
        catalog_id: str | None = None,
        **kwargs: Any,
    ) -> Written:
        """Writes where a catalog table lies: into its folder, or into its Redshift table.

        `additional_options` are the sink's, such as enableUpdateCatalog and updateBehavior;
        `name_space` is an old name of `database`.
        """
        found = get_table(
            catalog_database(database, table_name, kwargs), str(table_name), catalog_id
        )
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
        if not found.classification:
            raise InvalidOptionError(
                f"{found}: the catalog does not say its format; set the table parameter "
                "'classification'"
            )
        options = {"path": found.location, **given}
        if found.partition_columns.names:
            options.setdefault("partitionKeys", found.partition_columns.names)
        sink = self.getSink("s3", None, transformation_ctx, **options)
        sink.setFormat(found.classification, **_format_options(found))
        if truth(given.get("enableUpdateCatalog", False)):
            sink.setCatalogInfo(found.database, found.name, catalog_id or "")
        return sink.write(frame)

    def write_data_frame_from_catalog(
        self,
        frame: DataFrame,
        database: str | None = None,
        table_name: str | None = None,
        redshift_tmp_dir: str = "",
        transformation_ctx: str = "",
        additional_options: Mapping[str, Any] | None = None,
        catalog_id: str | None = None,
        **kwargs: Any,
    ) -> DataFrame:
        """As write_dynamic_frame_from_catalog, for a DataFrame, which it returns.

        NotSupportedError with useSparkDataSink and for tables of data lake formats.
        """
        given = additional_options or {}
        if truth(given.get("useSparkDataSink", False)):
            raise NotSupportedError("write_data_frame_from_catalog with useSparkDataSink")
        name = catalog_database(database, table_name, kwargs)
        found = get_table(name, str(table_name), catalog_id)
        lake = found.parameters.get("table_type") or found.parameters.get(
            "spark.sql.sources.provider"
        )
        if lake and lake.lower() in ("iceberg", "hudi", "delta"):
            raise NotSupportedError(f"writing to {found}, a table of {lake}")
        wrapped = DynamicFrame.fromDF(frame, cast("GlueContext", self), transformation_ctx)
        self.write_dynamic_frame_from_catalog(
            wrapped, name, table_name, redshift_tmp_dir, transformation_ctx, given, catalog_id
        )
        return frame

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
        conf = extract_jdbc_conf(catalog_connection, catalog_id)
        options = {
            "url": conf["fullUrl"],
            "user": conf["user"],
            "password": conf["password"],
            **(connection_options or {}),
        }
        if redshift_tmp_dir:
            options["redshiftTmpDir"] = redshift_tmp_dir
        return self.getSink(conf["vendor"], None, transformation_ctx, **options).write(frame)

    def write_from_jdbc_conf(
        self,
        frame_or_dfc: Written,
        catalog_connection: str,
        connection_options: Mapping[str, Any] | None = None,
        redshift_tmp_dir: str = "",
        transformation_ctx: str = "",
        catalog_id: str | None = None,
    ) -> Written:
        """As write_dynamic_frame_from_jdbc_conf, for a frame or a collection."""
        return self.write_dynamic_frame_from_jdbc_conf(
            frame_or_dfc,
            catalog_connection,
            connection_options,
            redshift_tmp_dir,
            transformation_ctx,
            catalog_id,
        )


def _format_options(table: CatalogTable) -> dict[str, Any]:
    """A table's format_options; of CSV, those that make its readers find the same cells."""
    if table.classification == "parquet":
        return {"useGlueParquetWriter": table.parameters.get("useGlueParquetWriter", "false")}
    if table.classification != "csv":
        return {}
    separator = (
        table.parameters.get("delimiter")
        or table.serde.get("field.delim")
        or table.serde.get("separatorChar")
        or ","
    )
    header = int(table.parameters.get("skip.header.line.count", "0")) > 0
    options = {"separator": separator, "writeHeader": header}
    if quote := table.serde.get("quoteChar"):
        options["quoteChar"] = quote
    return options
