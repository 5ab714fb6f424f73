"""DynamicFrameCollection (Glue Developer Guide, "DynamicFrameCollection class")."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from awsglue.frame.dynamic_frame import DynamicFrame

if TYPE_CHECKING:
    from awsglue.context import GlueContext


class DynamicFrameCollection:
    """Frames by name; a list of frames is taken by the frames' own names."""

    def __init__(
        self,
        dynamic_frames: Mapping[str, DynamicFrame] | Sequence[DynamicFrame],
        glue_ctx: "GlueContext",
    ) -> None:
        if isinstance(dynamic_frames, Mapping):
            self._frames = dict(dynamic_frames)
        else:
            self._frames = {frame.name: frame for frame in dynamic_frames}
        self._glue_ctx = glue_ctx

    def __getitem__(self, key: str) -> DynamicFrame:
        return self._frames[key]

    def __len__(self) -> int:
        return len(self._frames)

    def __iter__(self) -> Iterator[str]:
        return iter(self._frames)

    def keys(self) -> list[str]:
        """The names."""
        return list(self._frames)

    def values(self) -> list[DynamicFrame]:
        """The frames."""
        return list(self._frames.values())

    def items(self) -> list[tuple[str, DynamicFrame]]:
        """Names and frames."""
        return list(self._frames.items())

    def select(self, key: str, transformation_ctx: str = "") -> DynamicFrame:
        """The frame called `key`; an empty frame without columns when there is none."""
        if key in self._frames:
            return self._frames[key]
        empty = self._glue_ctx.spark_session.createDataFrame([], "struct<>")
        return DynamicFrame(empty, self._glue_ctx, key)

    def map(
        self,
        callable: Callable[..., Any],
        transformation_ctx: str = "",
    ) -> "DynamicFrameCollection":
        """A collection of what `callable(frame, "ctx:key")` returns for every frame."""
        return DynamicFrameCollection(self._applied(callable, transformation_ctx), self._glue_ctx)

    def flatmap(
        self,
        f: Callable[..., Any],
        transformation_ctx: str = "",
    ) -> "DynamicFrameCollection":
        """As map, where `f` may return a collection too: its frames are named `key_name`."""
        flat: dict[str, DynamicFrame] = {}
        for key, result in self._applied(f, transformation_ctx).items():
            if isinstance(result, DynamicFrameCollection):
                flat.update({f"{key}_{name}": frame for name, frame in result.items()})
            else:
                flat[key] = result
        return DynamicFrameCollection(flat, self._glue_ctx)

    def _applied(self, function: Callable[..., Any], transformation_ctx: str) -> dict[str, Any]:
        return {
            key: function(frame, f"{transformation_ctx}:{key}" if transformation_ctx else "")
            for key, frame in self._frames.items()
        }

    def toDF(self, key: str, options: Any = None) -> Any:
        """The frame called `key` as a DataFrame."""
        return self[key].toDF(options)
