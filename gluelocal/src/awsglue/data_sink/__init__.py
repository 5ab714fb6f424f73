"""Where frames go: one room a kind of connection, found by its connection type."""

from awsglue.data_sink.sink import DataSink

__all__ = ["DataSink"]
