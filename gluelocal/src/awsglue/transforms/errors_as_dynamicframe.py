"""ErrorsAsDynamicFrame: the records that failed."""

from typing import ClassVar

from awsglue.frame.dynamic_frame import DynamicFrame
from awsglue.transforms.descriptions import Description
from awsglue.transforms.transform import GlueTransform


class ErrorsAsDynamicFrame(GlueTransform):
    """The error records of a frame, as a frame."""

    returns: ClassVar[Description] = ("DynamicFrame", "The error records")

    def __call__(self, frame: DynamicFrame) -> DynamicFrame:
        """See DynamicFrame.errorsAsDynamicFrame."""
        return frame.errorsAsDynamicFrame()
