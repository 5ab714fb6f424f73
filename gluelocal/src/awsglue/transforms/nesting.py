"""Transforms that open nested fields, or parse them."""

from collections.abc import Mapping
from typing import Any, ClassVar

from awsglue.frame.base import EMPTY
from awsglue.frame.collection import DynamicFrameCollection
from awsglue.frame.dynamic_frame import DynamicFrame
from awsglue.transforms.descriptions import BAD_OPTION, COLLECTION, Description
from awsglue.transforms.transform import GlueTransform
from awsglue.utils import _global_args


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
