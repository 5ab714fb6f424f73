"""AWS's module of frames: the names that scripts import from it."""

from awsglue.engine.dynamicrecord import DynamicRecord
from awsglue.frame.base import ResolveOption
from awsglue.frame.collection import DynamicFrameCollection
from awsglue.frame.dynamic_frame import DynamicFrame
from awsglue.frame.reader import DynamicFrameReader
from awsglue.frame.writer import DynamicFrameWriter

__all__ = [
    "DynamicFrame",
    "DynamicFrameCollection",
    "DynamicFrameReader",
    "DynamicFrameWriter",
    "DynamicRecord",
    "ResolveOption",
]
