"""Transforms of a frame's fields and rows, and of two frames."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from awsglue.frame.base import EMPTY
from awsglue.frame.collection import DynamicFrameCollection
from awsglue.frame.dynamic_frame import DynamicFrame
from awsglue.transforms.descriptions import BAD_OPTION, BAD_PATH, COLLECTION, Description
from awsglue.transforms.transform import GlueTransform


class SelectFields(GlueTransform):
    """Keeps the fields at the paths."""

    errors: ClassVar[tuple[Description, ...]] = (BAD_PATH,)

    def __call__(
        self,
        frame: DynamicFrame,
        paths: Sequence[str],
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        """See DynamicFrame.select_fields."""
        return frame.select_fields(paths, transformation_ctx, info, stageThreshold, totalThreshold)


class DropFields(GlueTransform):
    """Leaves out the fields at the paths."""

    errors: ClassVar[tuple[Description, ...]] = (BAD_PATH,)

    def __call__(
        self,
        frame: DynamicFrame,
        paths: Sequence[str],
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        """See DynamicFrame.drop_fields."""
        return frame.drop_fields(paths, transformation_ctx, info, stageThreshold, totalThreshold)


class RenameField(GlueTransform):
    """Renames one field."""

    errors: ClassVar[tuple[Description, ...]] = (BAD_PATH,)

    def __call__(
        self,
        frame: DynamicFrame,
        old_name: str,
        new_name: str,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        """See DynamicFrame.rename_field."""
        return frame.rename_field(
            old_name, new_name, transformation_ctx, info, stageThreshold, totalThreshold
        )


class SplitFields(GlueTransform):
    """Two frames: some fields and the rest; named `<frame>1` and `<frame>2` by default."""

    returns: ClassVar[Description] = COLLECTION
    errors: ClassVar[tuple[Description, ...]] = (BAD_PATH,)

    def __call__(
        self,
        frame: DynamicFrame,
        paths: Sequence[str],
        name1: str | None = None,
        name2: str | None = None,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrameCollection:
        """See DynamicFrame.split_fields."""
        base = frame.name or "frame"
        return frame.split_fields(
            paths,
            name1 or f"{base}1",
            name2 or f"{base}2",
            transformation_ctx,
            info,
            stageThreshold,
            totalThreshold,
        )


class SplitRows(GlueTransform):
    """Two frames: rows that meet comparisons and the rest; named frame1 and frame2 by default."""

    returns: ClassVar[Description] = COLLECTION
    errors: ClassVar[tuple[Description, ...]] = (BAD_OPTION,)

    def __call__(
        self,
        frame: DynamicFrame,
        comparison_dict: Mapping[str, Mapping[str, Any]],
        name1: str = "frame1",
        name2: str = "frame2",
        transformation_ctx: str = "",
        info: str | None = None,
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrameCollection:
        """See DynamicFrame.split_rows."""
        return frame.split_rows(
            comparison_dict,
            name1,
            name2,
            transformation_ctx,
            info or "",
            stageThreshold,
            totalThreshold,
        )


class Join(GlueTransform):
    """Joins two frames on equal keys."""

    errors: ClassVar[tuple[Description, ...]] = (BAD_OPTION,)

    def __call__(
        self,
        frame1: DynamicFrame,
        frame2: DynamicFrame,
        keys1: Sequence[str],
        keys2: Sequence[str],
        transformation_ctx: str = "",
    ) -> DynamicFrame:
        """See DynamicFrame.join."""
        return frame1.join(keys1, keys2, frame2, transformation_ctx)


class Spigot(GlueTransform):
    """Writes a sample of the rows and lets all of them go on."""

    arguments: ClassVar[dict[str, Description]] = {
        "path": ("String", "Where to write the sample"),
        "options": ("Dictionary", "topk, the most rows (100); prob, each row's probability (1)"),
    }
    returns: ClassVar[Description] = ("DynamicFrame", "The same rows")
    errors: ClassVar[tuple[Description, ...]] = (BAD_OPTION,)

    def __call__(
        self,
        frame: DynamicFrame,
        path: str,
        options: Mapping[str, Any] | None,
        transformation_ctx: str = "",
    ) -> DynamicFrame:
        """See DynamicFrame.spigot."""
        return frame.spigot(path, options or EMPTY, transformation_ctx)
