"""DropNullFields: columns that never have a value."""

import sys

from awsglue.engine import fields
from awsglue.frame.dynamic_frame import DynamicFrame
from awsglue.transforms.transform import GlueTransform


class DropNullFields(GlueTransform):
    """Leaves out the columns whose type is null, and prints their names."""

    def __call__(
        self,
        frame: DynamicFrame,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        """The frame without columns of type null."""
        rows, names = fields.drop_null_types(frame._settled())
        sys.stdout.write(f"null_fields {names}\n")
        return frame._next(rows, stageThreshold, totalThreshold)
