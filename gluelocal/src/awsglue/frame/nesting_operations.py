"""Operations that open nested fields, or parse them."""

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from awsglue.engine import dynamodb, nested, relational, unboxing
from awsglue.frame.base import EMPTY, Frame

if TYPE_CHECKING:
    from awsglue.frame.collection import DynamicFrameCollection


class NestingOperations(Frame):
    """Flattening and unboxing; see DynamicFrame on the parameters that all share."""

    def unnest(
        self,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> Self:
        """Structs flattened into columns whose names have dots; arrays stay.

        The structs in an array are flat too, their fields named `<array>.val.<field>`.
        """
        return self._next(nested.unnest(self._settled()), stageThreshold, totalThreshold)

    def relationalize(
        self,
        root_table_name: str,
        staging_path: str | None,
        options: Mapping[str, Any] = EMPTY,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> "DynamicFrameCollection":
        """Flat frames: structs into columns with dots, each array into a frame of its own.

        The collection has `root_table_name` and `<root>_<path>` for every array; such a frame has
        `id` (the key that stands in the array's place in its parent), `index` from 0, and the
        element as `<path>.val` or `<path>.val.<field>`. The rows are staged below `staging_path`,
        as Parquet, in a folder of their own that stays. `options` are not used. RuntimeError
        without a staging path.
        """
        if not staging_path:
            raise RuntimeError(
                "relationalize needs a staging path, where it keeps rows while arrays become "
                "tables: give staging_path, or the job argument TempDir"
            )
        place = f"{staging_path.rstrip('/')}/relationalize-{uuid.uuid4().hex}"
        session = self.glue_ctx.spark_session

        def stage(frame: DataFrame) -> DataFrame:
            frame.write.parquet(place)
            return session.read.schema(frame.schema).parquet(place)

        tables = relational.relationalize(self._settled(), root_table_name, stage)
        return self._collection(
            {
                name: self._next(rows, stageThreshold, totalThreshold)
                for name, rows in tables.items()
            }
        )

    def unbox(
        self,
        path: str,
        format: str,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
        **options: Any,
    ) -> Self:
        """The text or binary field at `path` parsed as `format`: json or csv.

        What was parsed is a struct (json: whatever the text is) in the field's place; malformed
        text makes an error record. Options: separator, escaper, skipFirst, withHeader, and
        withSchema, the text of a StructType.json(). Without it json's types are found by a pass
        over the data.
        """
        rows, errors = unboxing.unbox(self._settled(), path, format, options)
        errors = errors.withColumn("info", F.lit(info))
        return self._next(rows, stageThreshold, totalThreshold, errors)

    def unnest_ddb_json(
        self,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> Self:
        """A DynamoDB export's attributes as columns, without the descriptors of their types."""
        return self._next(dynamodb.unnest(self._settled()), stageThreshold, totalThreshold)

    def simplify_ddb_json(self) -> Self:
        """As unnest_ddb_json, with maps as structs."""
        return self._next(dynamodb.simplify(self._settled()), 0, 0)
