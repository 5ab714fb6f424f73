"""Where frames go: one room a kind of connection, found by its connection type."""

from awsglue.data_sink.sink import DataSink
from awsglue.frame.collection import DynamicFrameCollection
from awsglue.frame.dynamic_frame import DynamicFrame

__all__ = ["DataSink", "DynamicFrame", "DynamicFrameCollection"]
