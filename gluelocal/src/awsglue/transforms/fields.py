"""Transforms of a frame's fields."""

import sys
from collections.abc import Sequence
from typing import Any, ClassVar

from awsglue.engine import fields
from awsglue.frame.collection import DynamicFrameCollection
from awsglue.frame.dynamic_frame import DynamicFrame
from awsglue.transforms.descriptions import BAD_OPTION, BAD_PATH, COLLECTION, Description
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
