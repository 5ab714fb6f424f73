"""Filter: rows that a function chooses."""

from collections.abc import Callable
from typing import Any

from awsglue.frame.dynamic_frame import DynamicFrame
from awsglue.transforms.transform import GlueTransform


class Filter(GlueTransform):
    """Keeps the rows for which a function is true."""

    def __call__(
        self,
        frame: DynamicFrame,
        f: Callable[[Any], Any],
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        """See DynamicFrame.filter."""
        return frame.filter(f, transformation_ctx, info, stageThreshold, totalThreshold)
