"""ApplyMapping: columns renamed, cast and nested."""

from collections.abc import Sequence
from typing import Any, ClassVar

from awsglue.frame.dynamic_frame import DynamicFrame
from awsglue.transforms.descriptions import BAD_OPTION, Description
from awsglue.transforms.transform import GlueTransform


class ApplyMapping(GlueTransform):
    """Renames, casts and nests the mapped columns, and leaves out all others."""

    errors: ClassVar[tuple[Description, ...]] = (
        ("TypeError", "A mapping is not a tuple"),
        ("ValueError", "A mapping has not 2, 3 or 4 parts"),
        BAD_OPTION,
    )

    def __call__(
        self,
        frame: DynamicFrame,
        mappings: Sequence[Any],
        case_sensitive: bool = False,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        """See DynamicFrame.apply_mapping."""
        return frame.apply_mapping(
            mappings, case_sensitive, transformation_ctx, info, stageThreshold, totalThreshold
        )
