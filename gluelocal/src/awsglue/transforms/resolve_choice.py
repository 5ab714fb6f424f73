"""ResolveChoice: columns of several types."""

from collections.abc import Sequence
from typing import ClassVar

from awsglue.frame.dynamic_frame import DynamicFrame
from awsglue.transforms.descriptions import BAD_OPTION, Description
from awsglue.transforms.transform import GlueTransform


class ResolveChoice(GlueTransform):
    """Resolves columns of several types."""

    errors: ClassVar[tuple[Description, ...]] = (BAD_OPTION,)

    def __call__(
        self,
        frame: DynamicFrame,
        specs: Sequence[tuple[str, str]] | None = None,
        choice: str = "",
        database: str | None = None,
        table_name: str | None = None,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
        catalog_id: str | None = None,
    ) -> DynamicFrame:
        """See DynamicFrame.resolveChoice."""
        return frame.resolveChoice(
            specs,
            choice,
            database,
            table_name,
            transformation_ctx,
            info,
            stageThreshold,
            totalThreshold,
            catalog_id,
        )
