"""UnnestFrame: structs as columns."""

from awsglue.frame.dynamic_frame import DynamicFrame
from awsglue.transforms.transform import GlueTransform


class UnnestFrame(GlueTransform):
    """Flattens structs into columns with dots in their names."""

    def __call__(
        self,
        frame: DynamicFrame,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        """See DynamicFrame.unnest."""
        return frame.unnest(transformation_ctx, info, stageThreshold, totalThreshold)
