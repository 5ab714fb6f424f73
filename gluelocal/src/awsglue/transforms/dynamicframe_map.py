"""Map: rows that a function makes."""

from collections.abc import Callable
from typing import Any

from awsglue.frame.dynamic_frame import DynamicFrame
from awsglue.transforms.transform import GlueTransform


class Map(GlueTransform):
    """Replaces every row by what a function makes of it."""

    def __call__(
        self,
        frame: DynamicFrame,
        f: Callable[[Any], Any],
        preservesPartitioning: bool = False,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        """See DynamicFrame.map."""
        return frame.map(
            f, preservesPartitioning, transformation_ctx, info, stageThreshold, totalThreshold
        )
