"""The schema in a Parquet file's footer. Apart, since pyarrow is slow to import and large."""

import pyarrow as pa
import pyarrow.parquet as pq

from gluelocal.crawler.errors import CrawlError
from gluelocal.crawler.hive_types import STRING, Array, HiveType, Map, Scalar, Struct
from gluelocal.crawler.sample import RangeFile, Sample
from gluelocal.crawler.schema import Column, catalog_names

# Hive has no unsigned types: each becomes the next wider signed one.
_SCALARS = {
    "bool": "boolean",
    "int8": "tinyint",
    "int16": "smallint",
    "int32": "int",
    "int64": "bigint",
    "uint8": "smallint",
    "uint16": "int",
    "uint32": "bigint",
    "uint64": "decimal(20,0)",
    "halffloat": "float",
    "float": "float",
    "double": "double",
    "string": "string",
    "large_string": "string",
    "binary": "binary",
    "large_binary": "binary",
    "date32[day]": "date",
    "null": "string",
}


def read_footer(sample: Sample) -> tuple[tuple[Column, ...], int]:
    """Columns and number of rows; CrawlError when the footer cannot be read."""
    try:
        file = pq.ParquetFile(RangeFile(sample.size, sample.read_range))
    except (pa.ArrowException, OSError) as problem:
        raise CrawlError(
            f"{sample.location} begins as Parquet but its footer cannot be read ({problem}). "
            "Write it again, or exclude it with the target's Exclusions."
        ) from problem
    schema = file.schema_arrow
    columns = tuple(map(Column, catalog_names(schema.names), map(_type_of, schema.types)))
    return columns, file.metadata.num_rows


def _type_of(type_: pa.DataType) -> HiveType:
    if pa.types.is_decimal(type_):
        return Scalar(f"decimal({type_.precision},{type_.scale})")
    if pa.types.is_timestamp(type_):
        return Scalar("timestamp")
    if pa.types.is_fixed_size_binary(type_):
        return Scalar("binary")
    if pa.types.is_dictionary(type_):
        return _type_of(type_.value_type)
    if pa.types.is_map(type_):
        return Map(_type_of(type_.key_type), _type_of(type_.item_type))
    if pa.types.is_list(type_) or pa.types.is_large_list(type_):
        return Array(_type_of(type_.value_type))
    if pa.types.is_struct(type_):
        return Struct(tuple((one.name, _type_of(one.type)) for one in type_))
    name = _SCALARS.get(str(type_))
    return Scalar(name) if name else STRING
