"""The transforms that Glue scripts import by `from awsglue.transforms import *`."""

from awsglue.transforms.collections import FlatMap, MapToCollection, SelectFromCollection
from awsglue.transforms.fields import (
    ApplyMapping,
    DropFields,
    DropNullFields,
    RenameField,
    SelectFields,
    SplitFields,
)
from awsglue.transforms.nesting import Relationalize, Unbox, UnnestFrame
from awsglue.transforms.output import Coalesce, Repartition, Spigot
from awsglue.transforms.rows import (
    ErrorsAsDynamicFrame,
    Filter,
    Join,
    Map,
    ResolveChoice,
    SplitRows,
    Union,
)
from awsglue.transforms.transform import GlueTransform as GlueTransform
from awsglue.transforms.unsupported import FillMissingValues as FillMissingValues
from awsglue.transforms.unsupported import FindIncrementalMatches as FindIncrementalMatches
from awsglue.transforms.unsupported import FindMatches as FindMatches

__all__ = [
    "ApplyMapping",
    "Coalesce",
    "DropFields",
    "DropNullFields",
    "ErrorsAsDynamicFrame",
    "Filter",
    "FlatMap",
    "Join",
    "Map",
    "MapToCollection",
    "Relationalize",
    "RenameField",
    "Repartition",
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
