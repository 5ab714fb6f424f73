"""Transforms of collections of frames."""

from collections.abc import Callable
from typing import Any, ClassVar

from awsglue.frame.collection import DynamicFrameCollection
from awsglue.frame.dynamic_frame import DynamicFrame
from awsglue.transforms.descriptions import COLLECTION, Description
from awsglue.transforms.transform import GlueTransform


class SelectFromCollection(GlueTransform):
    """Takes one frame of a collection; an empty one when the key is not there."""

    returns: ClassVar[Description] = ("DynamicFrame", "The frame of that name")

    def __call__(
        self, dfc: DynamicFrameCollection, key: str, transformation_ctx: str = ""
    ) -> DynamicFrame:
        """See DynamicFrameCollection.select."""
        return dfc.select(key, transformation_ctx)


class MapToCollection(GlueTransform):
    """Applies a function to every frame of a collection."""

    returns: ClassVar[Description] = COLLECTION

    def __call__(
        self,
        dfc: DynamicFrameCollection,
        callable: Callable[..., Any],
        transformation_ctx: str = "",
    ) -> DynamicFrameCollection:
        """See DynamicFrameCollection.map."""
        return dfc.map(callable, transformation_ctx)


class FlatMap(GlueTransform):
    """Applies a transform to every frame of a collection and puts the results into one."""

    returns: ClassVar[Description] = COLLECTION

    def __call__(
        self,
        dfc: DynamicFrameCollection,
        BaseTransform: type[GlueTransform],
        frame_name: str,
        transformation_ctx: str = "",
        **base_kwargs: Any,
    ) -> DynamicFrameCollection:
        """A transform that returns a collection adds all its frames, named `key_name`."""

        def applied(frame: DynamicFrame, ctx: str) -> Any:
            return BaseTransform.apply(
                **{**base_kwargs, frame_name: frame, "transformation_ctx": ctx}
            )

        return dfc.flatmap(applied, transformation_ctx)
