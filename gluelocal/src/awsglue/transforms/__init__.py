"""The transforms that Glue scripts import by `from awsglue.transforms import *`."""

from awsglue.transforms.collections import FlatMap, MapToCollection, SelectFromCollection
from awsglue.transforms.fields import (
    ApplyMapping,
    DropFields,
    DropNullFields,
    RenameField,
    SelectFields,
    SplitFields,
    UnnestFrame,
)
from awsglue.transforms.rows import (
    ErrorsAsDynamicFrame,
    Filter,
    Join,
    Map,
    ResolveChoice,
    SplitRows,
    Union,
)
from awsglue.transforms.transform import GlueTransform
from awsglue.transforms.unsupported import Relationalize, Spigot, Unbox

__all__ = [
    "ApplyMapping",
    "DropFields",
    "DropNullFields",
    "ErrorsAsDynamicFrame",
    "Filter",
    "FlatMap",
    "GlueTransform",
    "Join",
    "Map",
    "MapToCollection",
    "Relationalize",
    "RenameField",
    "ResolveChoice",
    "SelectFields",
    "SelectFromCollection",
    "Spigot",
    "SplitFields",
    "SplitRows",
    "Unbox",
    "Union",
    "UnnestFrame",
]
