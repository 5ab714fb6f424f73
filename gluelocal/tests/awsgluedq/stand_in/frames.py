"""An `awsglue.dynamicframe` with nothing but what awsgluedq may use of AWS's own."""
# ruff: noqa: N802 - AWS's names

from typing import Any


class DynamicFrame:
    __slots__ = ("__hidden", "glue_ctx", "name")

    def __init__(self, jdf: Any, glue_ctx: Any, name: str = "") -> None:
        self.__hidden = jdf
        self.glue_ctx = glue_ctx
        self.name = name

    @classmethod
    def fromDF(cls, dataframe: Any, glue_ctx: Any, name: str = "") -> "DynamicFrame":
        return cls(dataframe, glue_ctx, name)

    def toDF(self, options: Any = None) -> Any:
        return self.__hidden


class DynamicFrameCollection:
    __slots__ = ("__frames",)

    def __init__(self, dynamic_frames: dict[str, DynamicFrame], glue_ctx: Any) -> None:
        self.__frames = dynamic_frames

    def __getitem__(self, key: str) -> DynamicFrame:
        return self.__frames[key]

    def keys(self) -> list[str]:
        return list(self.__frames)
