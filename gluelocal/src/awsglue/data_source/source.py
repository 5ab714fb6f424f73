"""DataSource: what GlueContext.getSource returns."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from awsglue.data_source import database, s3
from awsglue.data_source.kinds import DATABASES
from awsglue.errors import NotSupportedError
from awsglue.frame.dynamic_frame import DynamicFrame

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from awsglue.context import GlueContext

# getSource takes the format as the connection's type for these.
_FORMATS_AS_TYPES = ("parquet", "orc")
_FILES = ("s3", "file", *_FORMATS_AS_TYPES)


class DataSource:
    """A source by its connection type (Glue Developer Guide, "GlueContext class", getSource)."""

    def __init__(
        self,
        glue_context: "GlueContext",
        connection_type: str,
        options: Mapping[str, Any],
        transformation_ctx: str = "",
    ) -> None:
        if connection_type not in (*_FILES, *DATABASES):
            supported = ", ".join(sorted((*_FILES, *DATABASES)))
            raise NotSupportedError(
                f"reading from the connection type {connection_type!r}", f"supported: {supported}"
            )
        self._connection_type = connection_type
        self._glue_context = glue_context
        self._options = dict(options)
        self._transformation_ctx = transformation_ctx
        self._format = connection_type if connection_type in _FORMATS_AS_TYPES else None
        self._format_options: dict[str, Any] = {}

    def setFormat(self, format: str, **options: Any) -> None:
        """The files' format and its format_options."""
        self._format = format
        self._format_options = options

    def getFrame(self, **options: Any) -> DynamicFrame:
        """The rows; `options` are added to the connection's."""
        if self._connection_type in DATABASES:
            given = {**self._options, **options}
            found = database.read(
                self._glue_context.spark_session,
                self._connection_type,
                given,
                self._transformation_ctx,
            )
            return DynamicFrame(found, self._glue_context)
        rows = s3.read(
            self._glue_context.spark_session,
            {**self._options, **options},
            self._format,
            self._format_options,
            self._transformation_ctx,
        )
        return DynamicFrame(rows, self._glue_context)

    def getDataFrame(self) -> "DataFrame":
        """The rows as a DataFrame."""
        return self.getFrame().toDF()

    def getSampleFrame(self, num: int, **options: Any) -> DynamicFrame:
        """The first rows; not there."""
        raise NotSupportedError(
            "DataSource.getSampleFrame", "getDataFrame().limit(num) reads the first rows"
        )
