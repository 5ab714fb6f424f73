"""Transforms of collections of frames."""

from typing import Any

from awsglue.frame.collection import DynamicFrameCollection
from awsglue.frame.dynamic_frame import DynamicFrame
from awsglue.transforms.transform import GlueTransform


class SelectFromCollection(GlueTransform):
    """One frame of a collection; an empty one when the key is not there."""

    def __call__(
        self, dfc: DynamicFrameCollection, key: str, transformation_ctx: str = ""
    ) -> DynamicFrame:
        """See DynamicFrameCollection.select."""
        return dfc.select(key, transformation_ctx)


class MapToCollection(GlueTransform):
    """Applies a transform to every frame of a collection."""

    def __call__(
        self,
        dfc: DynamicFrameCollection,
        BaseTransform: type[GlueTransform],
        frame_name: str,
        transformation_ctx: str = "",
        **base_kwargs: Any,
    ) -> DynamicFrameCollection:
        """`frame_name` is the transform's parameter that takes the frame."""

        def applied(frame: DynamicFrame, ctx: str) -> Any:
            return BaseTransform.apply(
                **{**base_kwargs, frame_name: frame, "transformation_ctx": ctx}
            )

        return dfc.map(applied, transformation_ctx)


class FlatMap(GlueTransform):
    """Applies a transform to every frame of a collection and puts the results into one."""

    def __call__(
        self,
        dfc: DynamicFrameCollection,
        BaseTransform: type[GlueTransform],
        frame_name: str,
        transformation_ctx: str = "",
        **base_kwargs: Any,
    ) -> DynamicFrameCollection:
        """A transform that returns a collection adds all its frames, named `key_name`."""
        results = MapToCollection.apply(
            dfc, BaseTransform, frame_name, transformation_ctx, **base_kwargs
        )
        flat: dict[str, DynamicFrame] = {}
        for key, result in results.items():
            if isinstance(result, DynamicFrameCollection):
                flat.update({f"{key}_{name}": frame for name, frame in result.items()})
            else:
                flat[key] = result
        return DynamicFrameCollection(flat, dfc._glue_ctx)
