"""DataSink: what GlueContext.getSink returns, and the registry of the kinds of it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from awsglue.errors import InvalidOptionError, NotSupportedError
from awsglue.frame.collection import DynamicFrameCollection
from awsglue.frame.dynamic_frame import DynamicFrame
from awsglue.options import truth
from awsglue.registry import Registry

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from awsglue.context import GlueContext
    from awsglue.frame.writer import Written


class CatalogTableName(NamedTuple):
    """A table of the Data Catalog; without `catalog_id`, of the account's own."""

    database: str
    name: str
    catalog_id: str = ""

    def __str__(self) -> str:
        return f"{self.database}.{self.name}"


class DataSink:
    """A target by its connection type (Glue Developer Guide, "GlueContext class", getSink)."""

    updates_catalog: ClassVar[bool] = False

    def __init__(self, glue_context: "GlueContext", options: Mapping[str, Any]) -> None:
        self.glue_context = glue_context
        self.options = dict(options)
        self.format: str | None = None
        self.format_options: dict[str, Any] = {}
        self.catalog_table: CatalogTableName | None = None

    def setFormat(self, format: str, **options: Any) -> None:
        """The format and its format_options."""
        self.format = format
        self.format_options = options

    def setCatalogInfo(
        self, catalogDatabase: str, catalogTableName: str, catalogId: str = ""
    ) -> None:
        """The catalog table of what is written; it changes only with enableUpdateCatalog."""
        if truth(self.options.get("enableUpdateCatalog", False)) and not self.updates_catalog:
            raise InvalidOptionError(
                f"enableUpdateCatalog (table {catalogDatabase}.{catalogTableName}): only a sink in "
                "S3 can update the Data Catalog; leave it out and run a crawler"
            )
        self.catalog_table = CatalogTableName(catalogDatabase, catalogTableName, catalogId)

    def setAccumulableSize(self, size: int) -> None:
        """Accepted and without effect: how many error records the service keeps in memory."""

    def writeFrame(self, dynamic_frame: DynamicFrame, info: str = "") -> DynamicFrame:
        """Writes the rows; returns the frame `<name>_errors`, of rows that could not be written.

        It is always empty: a row that cannot be written fails the whole write here.
        """
        dynamic_frame.assertErrorThreshold()
        self.write_rows(dynamic_frame)
        empty = dynamic_frame.toDF().limit(0)
        return DynamicFrame(empty, self.glue_context, f"{dynamic_frame.name}_errors")

    def writeDataFrame(
        self, data_frame: "DataFrame", glue_context: "GlueContext", info: str = ""
    ) -> "DataFrame":
        """Writes the rows of a DataFrame; returns those that could not be written, always none."""
        return self.writeFrame(DynamicFrame.fromDF(data_frame, glue_context, ""), info).toDF()

    def write(self, dynamic_frame_or_dfc: "Written", info: str = "") -> "Written":
        """Writes a frame or every frame of a collection; TypeError for anything else."""
        if isinstance(dynamic_frame_or_dfc, DynamicFrame):
            return self.writeFrame(dynamic_frame_or_dfc, info)
        if isinstance(dynamic_frame_or_dfc, DynamicFrameCollection):
            return DynamicFrameCollection(
                {
                    key: self.named(key).writeFrame(frame, info)
                    for key, frame in dynamic_frame_or_dfc.items()
                },
                self.glue_context,
            )
        raise TypeError(
            "only a DynamicFrame or a DynamicFrameCollection can be written, not "
            f"{type(dynamic_frame_or_dfc).__name__}; make one with DynamicFrame.fromDF"
        )

    def named(self, key: str) -> "DataSink":
        """The sink for one frame of a collection."""
        raise NotSupportedError(f"writing a DynamicFrameCollection to {type(self).__name__}")

    def write_rows(self, frame: DynamicFrame) -> None:
        """Writes the rows, all or none."""
        raise NotImplementedError


SINKS: Registry[type[DataSink]] = Registry("connection type")
