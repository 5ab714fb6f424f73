"""Deleting objects in S3 by age (Glue Developer Guide, "purge_table" and "purge_s3_path")."""

import csv
import datetime
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from pyspark.sql import SparkSession

from awsglue.catalog import CatalogTable, Partition, delete_partitions
from awsglue.clients import client
from awsglue.data_source.partitions import matching
from awsglue.errors import GlueRuntimeError, InvalidOptionError

_RETENTION_HOURS = 168
_BATCH = 1000
_OPTIONS = ("retentionPeriod", "excludeStorageClasses", "manifestFilePath")


@dataclass
class _Purged:
    """The objects of all places so far; `problem` is the first failure's text."""

    deleted: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    problem: str = ""


def purge_s3_path(s3_path: str, options: Mapping[str, Any], transformation_ctx: str = "") -> None:
    """Deletes the objects under `s3_path` that were changed before the retention period.

    Options: retentionPeriod in hours (168; 0 deletes all), excludeStorageClasses (none),
    manifestFilePath, a folder for the lists Success.csv and Failed.csv. GlueRuntimeError when an
    object could not be deleted.
    """
    _require_options(options, _OPTIONS)
    purged = _Purged()
    _purge(s3_path, options, purged)
    _finish(s3_path, options, transformation_ctx, purged)


def purge_table(
    session: SparkSession,
    table: CatalogTable,
    options: Mapping[str, Any],
    transformation_ctx: str = "",
) -> None:
    """Deletes a table's objects as purge_s3_path does, and the partitions that lost all of theirs.

    Further option: partitionPredicate, SQL on the partition columns.
    """
    _require_options(options, (*_OPTIONS, "partitionPredicate"))
    predicate = str(options.get("partitionPredicate") or "")
    purged = _Purged()
    if not table.partition_columns.fields:
        if predicate:
            raise InvalidOptionError(f"{table} has no partitions for partitionPredicate")
        _purge(table.location, options, purged)
        _finish(str(table), options, transformation_ctx, purged)
        return
    emptied: list[Partition] = []
    for partition in matching(session, table, predicate, ""):
        if _purge(partition.location, options, purged):
            emptied.append(partition)
    delete_partitions(table, emptied)
    _finish(str(table), options, transformation_ctx, purged)


def _require_options(options: Mapping[str, Any], valid: Sequence[str]) -> None:
    for name in options:
        if name not in valid:
            raise InvalidOptionError(f"the option {name!r} is unknown; valid: {', '.join(valid)}")


def _purge(s3_path: str, options: Mapping[str, Any], purged: _Purged) -> bool:
    """Whether the place had objects and has none any more."""
    bucket, prefix = _place(s3_path)
    hours = float(options.get("retentionPeriod", _RETENTION_HOURS))
    excluded = set(options.get("excludeStorageClasses") or ())
    limit = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=hours)
    found = list(_objects(bucket, prefix))
    keys = [
        one["Key"]
        for one in found
        if one["LastModified"] <= limit and one.get("StorageClass", "STANDARD") not in excluded
    ]
    failed = 0
    for start in range(0, len(keys), _BATCH):
        batch = keys[start : start + _BATCH]
        answer = client("s3").delete_objects(
            Bucket=bucket, Delete={"Objects": [{"Key": key} for key in batch], "Quiet": True}
        )
        errors = {error["Key"]: error["Message"] for error in answer.get("Errors", ())}
        failed += len(errors)
        for key in batch:
            if key in errors:
                purged.failed.append(f"s3://{bucket}/{key}")
                purged.problem = purged.problem or f"{key}: {errors[key]}"
            else:
                purged.deleted.append(f"s3://{bucket}/{key}")
    return bool(found) and len(keys) == len(found) and not failed


def _finish(
    what: str, options: Mapping[str, Any], transformation_ctx: str, purged: _Purged
) -> None:
    if folder := options.get("manifestFilePath"):
        path = "/".join(filter(None, (str(folder).rstrip("/"), transformation_ctx)))
        _write_list(f"{path}/Success.csv", purged.deleted)
        _write_list(f"{path}/Failed.csv", purged.failed)
    if purged.failed:
        raise GlueRuntimeError(
            f"{what}: {len(purged.failed)} objects could not be deleted; the first: "
            f"{purged.problem}"
        )


def _write_list(path: str, objects: Sequence[str]) -> None:
    bucket, key = _place(path)
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([one] for one in objects)
    client("s3").put_object(Bucket=bucket, Key=key, Body=text.getvalue().encode())


def _objects(bucket: str, prefix: str) -> Iterator[Mapping[str, Any]]:
    pages = client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    for page in pages:
        yield from page.get("Contents", ())


def _place(s3_path: str) -> tuple[str, str]:
    parts = urlsplit(s3_path)
    if not parts.scheme.startswith("s3") or not parts.netloc:
        raise InvalidOptionError(f"only a path s3://bucket/folder/ can be purged, not {s3_path!r}")
    return parts.netloc, parts.path.lstrip("/")
