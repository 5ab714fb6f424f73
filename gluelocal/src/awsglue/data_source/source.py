"""DataSource: what GlueContext.getSource returns."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from awsglue.data_source import s3
from awsglue.errors import NotSupportedError
from awsglue.frame.dynamic_frame import DynamicFrame

if TYPE_CHECKING:
    from awsglue.context import GlueContext

# getSource takes the format as the connection's type for these.
_FORMATS_AS_TYPES = ("parquet", "orc")


class DataSource:
    """A source by its connection type (Glue Developer Guide, "GlueContext class", getSource)."""

    def __init__(
        self, glue_context: "GlueContext", connection_type: str, options: Mapping[str, Any]
    ) -> None:
        if connection_type not in ("s3", "file", *_FORMATS_AS_TYPES):
            raise NotSupportedError(
                f"reading from the connection type {connection_type!r}", "s3 is supported"
            )
        self._glue_context = glue_context
        self._options = dict(options)
        self._format = connection_type if connection_type in _FORMATS_AS_TYPES else None
        self._format_options: dict[str, Any] = {}

    def setFormat(self, format: str, **options: Any) -> None:
        """The files' format and its format_options."""
        self._format = format
        self._format_options = options

    def getFrame(self, **options: Any) -> DynamicFrame:
        """The rows; `options` are added to the connection's."""
        rows = s3.read(
            self._glue_context.spark_session,
            {**self._options, **options},
            self._format,
            self._format_options,
        )
        return DynamicFrame(rows, self._glue_context)
