"""Repartition: rows spread over partitions."""

from awsglue.frame.dynamic_frame import DynamicFrame
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
