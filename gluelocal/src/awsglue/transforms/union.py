"""Union: the rows of two frames."""

from awsglue.frame.dynamic_frame import DynamicFrame
from awsglue.transforms.transform import GlueTransform


class Union(GlueTransform):
    """All rows of two frames."""

    def __call__(
        self,
        frame1: DynamicFrame,
        frame2: DynamicFrame,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        """See DynamicFrame.union."""
        return frame1.union(frame2, transformation_ctx, info, stageThreshold, totalThreshold)
