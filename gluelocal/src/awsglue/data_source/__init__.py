"""Where frames come from: one module a format, one a kind of connection."""

from awsglue.data_source.source import DataSource

__all__ = ["DataSource"]
