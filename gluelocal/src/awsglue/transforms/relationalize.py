"""Relationalize: flat frames of nested rows."""

from collections.abc import Mapping
from typing import Any, ClassVar

from awsglue.frame.base import EMPTY
from awsglue.frame.collection import DynamicFrameCollection
from awsglue.frame.dynamic_frame import DynamicFrame
from awsglue.transforms.descriptions import COLLECTION, Description
from awsglue.transforms.transform import GlueTransform
from awsglue.utils import _global_args


class Relationalize(GlueTransform):
    """Makes flat frames of nested rows, one an array, which keys join."""

    returns: ClassVar[Description] = COLLECTION
    errors: ClassVar[tuple[Description, ...]] = (
        ("RuntimeError", "There is neither staging_path nor the job argument TempDir"),
    )

    def __call__(
        self,
        frame: DynamicFrame,
        staging_path: str | None = None,
        name: str = "roottable",
        options: Mapping[str, Any] | None = None,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrameCollection:
        """See DynamicFrame.relationalize; without staging_path the job's TempDir is taken."""
        return frame.relationalize(
            name,
            staging_path or _global_args.get("TempDir"),
            options or EMPTY,
            transformation_ctx,
            info,
            stageThreshold,
            totalThreshold,
        )
