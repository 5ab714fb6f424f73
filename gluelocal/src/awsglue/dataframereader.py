"""AWS's module of GlueContext.create_data_frame."""

from awsglue.frame.reader import DataFrameReader

__all__ = ["DataFrameReader"]
