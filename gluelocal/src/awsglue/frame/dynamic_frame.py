"""DynamicFrame (Glue Developer Guide, "DynamicFrame class")."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from pyspark.sql import DataFrame

from awsglue.engine import declared
from awsglue.engine.rows import Rows
from awsglue.frame.base import EMPTY
from awsglue.frame.field_operations import FieldOperations
from awsglue.frame.nesting_operations import NestingOperations
from awsglue.frame.row_operations import RowOperations
from awsglue.gluetypes import StructType

if TYPE_CHECKING:
    from awsglue.context import GlueContext


class DynamicFrame(FieldOperations, RowOperations, NestingOperations):
    """Rows whose columns may hold values of several types; usable from several threads.

    While it has no such column and no Python function is applied, it is a plain DataFrame plan.
    The parameters that all transformations share: `transformation_ctx` and `info` name the stage;
    more than `stageThreshold` error records in the stage, or `totalThreshold` in all stages so far,
    raise ErrorThresholdExceededError when the frame is counted, shown or written; 0 means no limit.
    """

    @classmethod
    def fromDF(cls, dataframe: DataFrame, glue_ctx: "GlueContext", name: str = "") -> Self:
        """The rows of a DataFrame; its structs are structs, never choices."""
        return cls(Rows(dataframe), glue_ctx, name)

    def with_frame_schema(self, schema: StructType) -> Self:
        """The rows in a schema of awsglue.gluetypes: its columns, in its types and order.

        A value that cannot be cast is null, as is a column that the rows lack; a choice that the
        schema has too stays one.
        """
        return self._next(declared.in_schema(self._settled(), schema), 0, 0)

    def write(
        self,
        connection_type: str,
        connection_options: Mapping[str, Any] = EMPTY,
        format: str | None = None,
        format_options: Mapping[str, Any] = EMPTY,
        accumulator_size: int = 0,
    ) -> Any:
        """Writes the rows to a connection; see DynamicFrameWriter.from_options.

        `accumulator_size` is for the service's own bookkeeping and changes nothing here.
        """
        return self.glue_ctx.write_dynamic_frame_from_options(
            self, connection_type, dict(connection_options), format, dict(format_options)
        )
