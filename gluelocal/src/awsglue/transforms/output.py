"""Transforms of how the rows lie in partitions, and of what is written on the way."""

from collections.abc import Mapping
from typing import Any, ClassVar

from awsglue.frame.base import EMPTY
from awsglue.frame.dynamic_frame import DynamicFrame
from awsglue.transforms.descriptions import BAD_OPTION, Description
from awsglue.transforms.transform import GlueTransform


class Repartition(GlueTransform):
    """Spreads the rows over a number of partitions."""

    def __call__(
        self,
        frame: DynamicFrame,
        num_partitions: int,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        """See DynamicFrame.repartition."""
        return frame.repartition(
            num_partitions, transformation_ctx, info, stageThreshold, totalThreshold
        )


class Coalesce(GlueTransform):
    """Brings the rows into fewer partitions."""

    def __call__(
        self,
        frame: DynamicFrame,
        num_partitions: int,
        shuffle: bool = False,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        """See DynamicFrame.coalesce."""
        return frame.coalesce(
            num_partitions, shuffle, transformation_ctx, info, stageThreshold, totalThreshold
        )


class Spigot(GlueTransform):
    """Writes a sample of the rows and lets all of them go on."""

    arguments: ClassVar[dict[str, Description]] = {
        "path": ("String", "Where to write the sample"),
        "options": ("Dictionary", "topk, the most rows (100); prob, each row's probability (1)"),
    }
    returns: ClassVar[Description] = ("DynamicFrame", "The same rows")
    errors: ClassVar[tuple[Description, ...]] = (BAD_OPTION,)

    def __call__(
        self,
        frame: DynamicFrame,
        path: str,
        options: Mapping[str, Any] | None,
        transformation_ctx: str = "",
    ) -> DynamicFrame:
        """See DynamicFrame.spigot."""
        return frame.spigot(path, options or EMPTY, transformation_ctx)
