"""What a GlueContext of the service can do and ours cannot: each call raises by its name."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from awsglue.errors import NotSupportedError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from awsglue.data_source import DataSource
    from awsglue.frame.dynamic_frame import DynamicFrame


class MissingCalls:
    """Streams, samples, governed tables, storage classes: every method raises NotSupportedError."""

    def create_sample_dynamic_frame_from_catalog(
        self,
        database: str | None = None,
        table_name: str | None = None,
        num: int | None = None,
        sample_options: Mapping[str, Any] | None = None,
        redshift_tmp_dir: str = "",
        transformation_ctx: str = "",
        push_down_predicate: str = "",
        additional_options: Mapping[str, Any] | None = None,
        catalog_id: str | None = None,
        erieTxId: str = "",
        asOfTime: str = "",
        **kwargs: Any,
    ) -> "DynamicFrame":
        """The first rows of a catalog table; not there."""
        raise NotSupportedError(
            "GlueContext.create_sample_dynamic_frame_from_catalog",
            "create_data_frame_from_catalog(...).limit(num) reads the first rows",
        )

    def create_sample_dynamic_frame_from_options(
        self,
        connection_type: str,
        connection_options: Mapping[str, Any] | None = None,
        num: int | None = None,
        sample_options: Mapping[str, Any] | None = None,
        format: str | None = None,
        format_options: Mapping[str, Any] | None = None,
        transformation_ctx: str = "",
        push_down_predicate: str = "",
        **kwargs: Any,
    ) -> "DynamicFrame":
        """The first rows of a connection; not there."""
        raise NotSupportedError(
            "GlueContext.create_sample_dynamic_frame_from_options",
            "create_data_frame_from_options(...).limit(num) reads the first rows",
        )

    def getStreamingSource(
        self,
        connection_type: str,
        format: str | None = None,
        transformation_ctx: str = "",
        push_down_predicate: str = "",
        **options: Any,
    ) -> "DataSource":
        """A stream; not there."""
        raise NotSupportedError(f"GlueContext.getStreamingSource({connection_type!r})")

    def getSampleStreamingDynamicFrame(
        self,
        frame: "DataFrame",
        options: Mapping[str, Any] | None = None,
        batch_function: Any = None,
    ) -> "DynamicFrame":
        """The first rows of a stream; not there."""
        raise NotSupportedError("GlueContext.getSampleStreamingDynamicFrame")

    def forEachBatch(
        self, frame: "DataFrame", batch_function: Any, options: Mapping[str, Any] | None = None
    ) -> None:
        """Runs a streaming job's batches; not there."""
        raise NotSupportedError("GlueContext.forEachBatch")

    def add_ingestion_time_columns(self, frame: "DataFrame", time_granularity: str) -> "DataFrame":
        """Adds columns of the time of ingestion; not there."""
        raise NotSupportedError("GlueContext.add_ingestion_time_columns")

    def start_transaction(self, read_only: bool) -> str:
        """Starts a governed table's transaction; not there."""
        raise NotSupportedError("GlueContext.start_transaction")

    def commit_transaction(self, transaction_id: str, wait_for_commit: bool = True) -> bool:
        """Commits a governed table's transaction; not there."""
        raise NotSupportedError("GlueContext.commit_transaction")

    def cancel_transaction(self, transaction_id: str) -> bool:
        """Cancels a governed table's transaction; not there."""
        raise NotSupportedError("GlueContext.cancel_transaction")

    def transition_table(
        self,
        database: str,
        table_name: str,
        transition_to: str,
        options: Mapping[str, Any] | None = None,
        transformation_ctx: str = "",
        catalog_id: str | None = None,
    ) -> None:
        """Moves a table's files to another storage class; not there."""
        raise NotSupportedError("GlueContext.transition_table")

    def transition_s3_path(
        self,
        s3_path: str,
        transition_to: str,
        options: Mapping[str, Any] | None = None,
        transformation_ctx: str = "",
    ) -> None:
        """Moves files to another storage class; not there."""
        raise NotSupportedError("GlueContext.transition_s3_path")
