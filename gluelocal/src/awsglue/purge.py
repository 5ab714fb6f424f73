"""Deleting files in S3 by age (Glue Developer Guide, "purge_s3_path")."""

import datetime
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from awsglue.clients import client
from awsglue.errors import GlueRuntimeError, InvalidOptionError, NotSupportedError

_RETENTION_HOURS = 168
_EXCLUDED_CLASSES = ("GLACIER", "DEEP_ARCHIVE")
_BATCH = 1000


def purge_s3_path(s3_path: str, options: Mapping[str, Any]) -> None:
    """Deletes the objects under `s3_path` that were changed before the retention period.

    Options: retentionPeriod in hours (168; 0 deletes all), excludeStorageClasses (GLACIER and
    DEEP_ARCHIVE). GlueRuntimeError when an object could not be deleted.
    """
    if "manifestFilePath" in options:
        raise NotSupportedError("purge_s3_path with manifestFilePath")
    parts = urlsplit(s3_path)
    if not parts.scheme.startswith("s3") or not parts.netloc:
        raise InvalidOptionError(f"purge_s3_path needs a path s3://bucket/folder/, not {s3_path!r}")
    hours = float(options.get("retentionPeriod", _RETENTION_HOURS))
    excluded = set(options.get("excludeStorageClasses", _EXCLUDED_CLASSES))
    limit = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=hours)
    s3 = client("s3")
    prefix = parts.path.lstrip("/")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=parts.netloc, Prefix=prefix)
    keys = [
        found["Key"]
        for page in pages
        for found in page.get("Contents", [])
        if found["LastModified"] <= limit and found.get("StorageClass") not in excluded
    ]
    for start in range(0, len(keys), _BATCH):
        batch = [{"Key": key} for key in keys[start : start + _BATCH]]
        answer = s3.delete_objects(Bucket=parts.netloc, Delete={"Objects": batch, "Quiet": True})
        if errors := answer.get("Errors"):
            first = errors[0]
            raise GlueRuntimeError(
                f"{s3_path}: {len(errors)} objects could not be deleted; the first: "
                f"{first['Key']}: {first['Message']}"
            )
