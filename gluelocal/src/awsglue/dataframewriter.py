"""AWS's module of GlueContext.write_data_frame."""

from awsglue.frame.writer import DataFrameWriter

__all__ = ["DataFrameWriter"]
