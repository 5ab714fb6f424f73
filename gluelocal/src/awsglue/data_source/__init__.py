"""Where frames come from: one module a format, one a kind of connection."""

from awsglue.data_source.source import DataSource
from awsglue.frame.dynamic_frame import DynamicFrame

__all__ = ["DataSource", "DynamicFrame"]
