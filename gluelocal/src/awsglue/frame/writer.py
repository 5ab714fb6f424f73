"""write_dynamic_frame: the writer of a GlueContext."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from awsglue.errors import InvalidOptionError
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
        connection_options: Mapping[str, Any] | None = None,
        format: str | None = None,
        format_options: Mapping[str, Any] | None = None,
        transformation_ctx: str = "",
    ) -> Written:
        """Writes to a connection, such as ("s3", {"path": ...}, format="json")."""
        return self._glue_context.write_dynamic_frame_from_options(
            frame,
            connection_type,
            connection_options or {},
            format,
            format_options or {},
            transformation_ctx,
        )

    def from_catalog(
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
        """Writes where a catalog table lies; `name_space` is an old name of `database`."""
        found = catalog_database(database, table_name, kwargs)
        if not isinstance(table_name, str):
            raise InvalidOptionError(f"table_name must be a name, not {table_name!r}")
        return self._glue_context.write_dynamic_frame_from_catalog(
            frame,
            found,
            table_name,
            redshift_tmp_dir,
            transformation_ctx,
            additional_options or {},
            catalog_id,
            **kwargs,
        )

    def from_jdbc_conf(
        self,
        frame: Written,
        catalog_connection: str,
        connection_options: Mapping[str, Any] | None = None,
        redshift_tmp_dir: str = "",
        transformation_ctx: str = "",
    ) -> Written:
        """Writes over a connection of the catalog; options `dbtable`, `database`, `preactions` …"""
        return self._glue_context.write_dynamic_frame_from_jdbc_conf(
            frame,
            catalog_connection,
            connection_options or {},
            redshift_tmp_dir,
            transformation_ctx,
        )
