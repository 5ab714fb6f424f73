"""create_dynamic_frame and create_data_frame: the readers of a GlueContext."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from awsglue.errors import InvalidOptionError
from awsglue.frame.base import EMPTY
from awsglue.frame.dynamic_frame import DynamicFrame

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from awsglue.context import GlueContext


class DynamicFrameReader:
    """glueContext.create_dynamic_frame (Glue Developer Guide, "DynamicFrameReader class")."""

    def __init__(self, glue_context: "GlueContext") -> None:
        self._glue_context = glue_context

    def from_rdd(
        self, data: Any, name: str, schema: Any = None, sampleRatio: float | None = None
    ) -> DynamicFrame:
        """A frame of an RDD of dicts or Rows; without a schema, of its values' types."""
        return self._glue_context.create_dynamic_frame_from_rdd(data, name, schema, sampleRatio)

    def from_options(
        self,
        connection_type: str,
        connection_options: Mapping[str, Any] = EMPTY,
        format: str | None = None,
        format_options: Mapping[str, Any] = EMPTY,
        transformation_ctx: str = "",
        push_down_predicate: str = "",
        **kwargs: Any,
    ) -> DynamicFrame:
        """A frame of a connection, such as ("s3", {"paths": [...]}, format="csv")."""
        return self._glue_context.create_dynamic_frame_from_options(
            connection_type,
            connection_options,
            format,
            format_options,
            transformation_ctx,
            push_down_predicate,
            **kwargs,
        )

    def from_catalog(
        self,
        database: str | None = None,
        table_name: str | None = None,
        redshift_tmp_dir: str = "",
        transformation_ctx: str = "",
        push_down_predicate: str = "",
        additional_options: Mapping[str, Any] = EMPTY,
        catalog_id: str | None = None,
        **kwargs: Any,
    ) -> DynamicFrame:
        """A frame of a catalog table; `name_space` is an old name of `database`."""
        return self._glue_context.create_dynamic_frame_from_catalog(
            catalog_database(database, table_name, kwargs),
            table_name,
            redshift_tmp_dir,
            transformation_ctx,
            push_down_predicate,
            additional_options,
            catalog_id,
            **kwargs,
        )


class DataFrameReader:
    """glueContext.create_data_frame (Glue Developer Guide, "GlueContext class")."""

    def __init__(self, glue_context: "GlueContext") -> None:
        self._glue_context = glue_context

    def from_catalog(
        self,
        database: str | None = None,
        table_name: str | None = None,
        redshift_tmp_dir: str = "",
        transformation_ctx: str = "",
        push_down_predicate: str = "",
        additional_options: Mapping[str, Any] = EMPTY,
        catalog_id: str | None = None,
        **kwargs: Any,
    ) -> "DataFrame":
        """As create_dynamic_frame.from_catalog, as a DataFrame."""
        return self._glue_context.create_data_frame_from_catalog(
            database,
            table_name,
            redshift_tmp_dir,
            transformation_ctx,
            push_down_predicate,
            additional_options,
            catalog_id,
            **kwargs,
        )

    def from_options(
        self,
        connection_type: str,
        connection_options: Mapping[str, Any] = EMPTY,
        format: str | None = None,
        format_options: Mapping[str, Any] = EMPTY,
        transformation_ctx: str = "",
        push_down_predicate: str = "",
        **kwargs: Any,
    ) -> "DataFrame":
        """As create_dynamic_frame.from_options, as a DataFrame."""
        return self._glue_context.create_data_frame_from_options(
            connection_type,
            connection_options,
            format,
            format_options,
            transformation_ctx,
            push_down_predicate,
            **kwargs,
        )


def catalog_database(database: str | None, table_name: str | None, kwargs: dict[str, Any]) -> str:
    """The database, by its old name (taken out of `kwargs`) or new; ValueError if unclear."""
    name_space = kwargs.pop("name_space", None)
    if database is not None and name_space is not None:
        raise InvalidOptionError(
            "Parameter name_space and database are both specified, choose one."
        )
    found = database if database is not None else name_space
    if found is None:
        raise InvalidOptionError("Parameter name_space or database is missing.")
    if table_name is None:
        raise InvalidOptionError("Parameter table_name is missing.")
    return str(found)
