"""The rows of a load as CSV files in S3, and the manifest that lists them."""

import json
import re
import uuid
from typing import NamedTuple

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as S

from awsglue.engine.paths import column
from awsglue.errors import InvalidOptionError
from awsglue.storage import Storage

_TIMESTAMP = "yyyy-MM-dd HH:mm:ss.SSSSSS"


class Staged(NamedTuple):
    """`manifest` is empty when the frame has no rows."""

    folder: str
    manifest: str


def stage(frame: DataFrame, temporary: str, null_marker: str, compressed: bool = False) -> Staged:
    """Writes the rows under `temporary`/<uuid>/ in the frame's column order.

    A text that is the null marker itself would arrive as NULL, so it fails the write. A frame
    without columns has nothing to write, which Spark refuses to do.
    """
    folder = f"{temporary}/{uuid.uuid4()}"
    if not frame.columns:
        return Staged(s3_url(folder), "")
    cells = [_cell(field, null_marker).alias(field.name) for field in frame.schema.fields]
    writer = frame.select(*cells).write.format("csv")
    writer.options(
        header="false",
        escape='"',
        nullValue=null_marker,
        emptyValue='""',
        ignoreLeadingWhiteSpace="false",
        ignoreTrailingWhiteSpace="false",
        compression="gzip" if compressed else "none",
    ).options(
        **{
            "mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",
            "mapreduce.fileoutputcommitter.algorithm.version": "2",
        }
    ).save(folder)
    storage = Storage(frame.sparkSession)
    entries = [
        {
            "url": s3_url(file.path),
            "mandatory": True,
            "meta": {"content_length": file.size},
        }
        for file in storage.files(folder)
        if file.size
    ]
    if not entries:
        return Staged(s3_url(folder), "")
    manifest = f"{folder}/manifest.json"
    storage.write_text(manifest, json.dumps({"entries": entries}))
    return Staged(s3_url(folder), s3_url(manifest))


def s3_url(path: str) -> str:
    """The path as COPY writes it: Hadoop's schemes for S3 are s3a and s3n."""
    return re.sub(r"^s3[an]://", "s3://", path)


def require_s3(folder: str) -> None:
    """Raises InvalidOptionError unless Redshift could read from there."""
    if not re.match(r"s3[an]?://[^/]+", folder):
        raise InvalidOptionError(
            f"redshift_tmp_dir must be a folder in S3, since COPY reads from there, not {folder!r}"
        )


def _cell(field: S.StructField, null_marker: str) -> Column:
    cell = column(field.name)
    match field.dataType:
        case S.StringType():
            message = (
                f"column {field.name!r} holds the text {null_marker!r}, which marks NULL in the "
                "staged files; choose another marker with the option csvnullstring"
            )
            return F.when(cell == null_marker, F.raise_error(F.lit(message))).otherwise(cell)
        case S.TimestampType() | S.TimestampNTZType():
            return F.date_format(cell, _TIMESTAMP)
        case S.DateType():
            return F.date_format(cell, "yyyy-MM-dd")
        case S.ArrayType() | S.MapType() | S.StructType():
            return F.to_json(cell)
    return cell
