"""AWS Glue's Python API on plain PySpark: GlueContext, DynamicFrame, transforms, Job."""

from typing import Any

__all__ = ["DynamicFrame"]


def __getattr__(name: str) -> Any:
    # When it is asked for: a Python shell job imports awsglue.utils, and has no Spark.
    if name == "DynamicFrame":
        from awsglue.dynamicframe import DynamicFrame

        return DynamicFrame
    raise AttributeError(f"module 'awsglue' has no attribute {name!r}")
