"""Unbox: text that holds records."""

from typing import Any, ClassVar

from awsglue.frame.dynamic_frame import DynamicFrame
from awsglue.transforms.descriptions import BAD_OPTION, Description
from awsglue.transforms.transform import GlueTransform


class Unbox(GlueTransform):
    """Parses the text in a field."""

    errors: ClassVar[tuple[Description, ...]] = (BAD_OPTION,)

    def __call__(
        self,
        frame: DynamicFrame,
        path: str,
        format: str,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
        **options: Any,
    ) -> DynamicFrame:
        """See DynamicFrame.unbox."""
        return frame.unbox(
            path, format, transformation_ctx, info, stageThreshold, totalThreshold, **options
        )
