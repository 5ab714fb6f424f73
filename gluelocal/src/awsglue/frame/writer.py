"""write_dynamic_frame and write_data_frame: the writers of a GlueContext."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pyspark.sql import DataFrame

from awsglue.frame.base import EMPTY
from awsglue.frame.collection import DynamicFrameCollection
from awsglue.frame.dynamic_frame import DynamicFrame
from awsglue.frame.reader import catalog_database

if TYPE_CHECKING:
    from awsglue.context import GlueContext

Written = DynamicFrame | DynamicFrameCollection


class DynamicFrameWriter:
    """glueContext.write_dynamic_frame (Glue Developer Guide, "DynamicFrameWriter class").

    Takes a frame or a collection; returns the frame (collection) of rows that could not be written.
    """

    def __init__(self, glue_context: "GlueContext") -> None:
        self._glue_context = glue_context

    def from_options(
        self,
        frame: Written,
        connection_type: str,
        connection_options: Mapping[str, Any] = EMPTY,
        format: str | None = None,
        format_options: Mapping[str, Any] = EMPTY,
        transformation_ctx: str = "",
    ) -> Written:
        """Writes to a connection, such as ("s3", {"path": ...}, format="json")."""
        return self._glue_context.write_dynamic_frame_from_options(
            frame,
            connection_type,
            connection_options,
            format,
            format_options,
            transformation_ctx,
        )

    def from_catalog(
        self,
        frame: Written,
        database: str | None = None,
        table_name: str | None = None,
        redshift_tmp_dir: str = "",
        transformation_ctx: str = "",
        additional_options: Mapping[str, Any] = EMPTY,
        catalog_id: str | None = None,
        **kwargs: Any,
    ) -> Written:
        """Writes where a catalog table lies; `name_space` is an old name of `database`."""
        return self._glue_context.write_dynamic_frame_from_catalog(
            frame,
            catalog_database(database, table_name, kwargs),
            table_name,
            redshift_tmp_dir,
            transformation_ctx,
            additional_options,
            catalog_id,
            **kwargs,
        )

    def from_jdbc_conf(
        self,
        frame: Written,
        catalog_connection: str,
        connection_options: Mapping[str, Any] = EMPTY,
        redshift_tmp_dir: str = "",
        transformation_ctx: str = "",
    ) -> Written:
        """Writes over a connection of the catalog; options `dbtable`, `database`, `preactions` …"""
        return self._glue_context.write_dynamic_frame_from_jdbc_conf(
            frame,
            catalog_connection,
            connection_options,
            redshift_tmp_dir,
            transformation_ctx,
        )


class DataFrameWriter:
    """glueContext.write_data_frame (Glue Developer Guide, "GlueContext class")."""

    def __init__(self, glue_context: "GlueContext") -> None:
        self._glue_context = glue_context

    def from_catalog(
        self,
        frame: DataFrame,
        database: str | None = None,
        table_name: str | None = None,
        redshift_tmp_dir: str = "",
        transformation_ctx: str = "",
        additional_options: Mapping[str, Any] = EMPTY,
        catalog_id: str | None = None,
        **kwargs: Any,
    ) -> DataFrame:
        """As write_dynamic_frame.from_catalog, for a DataFrame."""
        return self._glue_context.write_data_frame_from_catalog(
            frame,
            database,
            table_name,
            redshift_tmp_dir,
            transformation_ctx,
            additional_options,
            catalog_id,
            **kwargs,
        )
