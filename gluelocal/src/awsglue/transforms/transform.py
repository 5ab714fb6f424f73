"""The base of all transforms: a class that is applied in one call or through an object."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from awsglue.context import GlueContext


class GlueTransform:
    """A transform: `Class.apply(...)` and `Class()(...)` do the same (Glue Developer Guide)."""

    def __init__(
        self,
        glue_context: "GlueContext | None" = None,
        spark_session: "SparkSession | None" = None,
    ) -> None:
        self.glue_context = glue_context
        self.spark_session = spark_session

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """Applies the transform; the parameters are those of the call."""
        return cls()(*args, **kwargs)

    @classmethod
    def name(cls) -> str:
        """The class's name."""
        return cls.__name__

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Applies the transform."""
        raise NotImplementedError(f"{self.name()} has no call")
