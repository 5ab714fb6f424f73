"""Buckets with versions: what is in them, emptied, removed (`storage`: boto3 s3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from imdb_etl.errors import ImdbEtlError

_MISSING = ("NoSuchBucket", "404", "NotFound")


class BucketError(ImdbEtlError):
    """A bucket could not be emptied or removed."""


@dataclass(frozen=True)
class Bucket:
    """`versions` counts every object's versions and delete markers; `size` is in bytes."""

    name: str
    versions: int
    size: int


def look(storage: Any, name: str) -> Bucket | None:
    """What is in a bucket, or None when there is no such bucket."""
    versions = size = 0
    try:
        for page in _pages(storage, name):
            found = page.get("Versions", [])
            versions += len(found) + len(page.get("DeleteMarkers", []))
            size += sum(version["Size"] for version in found)
    except ClientError as problem:
        if problem.response["Error"]["Code"] in _MISSING:
            return None
        raise
    return Bucket(name, versions, size)


def remove(storage: Any, name: str) -> None:
    """Empties and deletes a bucket, and looks that it is gone; BucketError when it is not."""
    for page in _pages(storage, name):
        entries = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        keys = [{"Key": entry["Key"], "VersionId": entry["VersionId"]} for entry in entries]
        if not keys:
            continue
        answer = storage.delete_objects(Bucket=name, Delete={"Objects": keys, "Quiet": True})
        # The request succeeds all the same.
        if errors := answer.get("Errors"):
            raise BucketError(
                f"the bucket {name} is not empty: {len(errors)} of its objects were not deleted, "
                f"the first {errors[0].get('Key')}: {errors[0].get('Message')} "
                f"({errors[0].get('Code')})"
            )
    storage.delete_bucket(Bucket=name)
    if look(storage, name) is not None:
        raise BucketError(f"the bucket {name} is still there after it was deleted")


def _pages(storage: Any, name: str) -> Iterator[dict[str, Any]]:
    # At most 1,000 entries a page, which is what DeleteObjects takes (S3 API reference).
    yield from storage.get_paginator("list_object_versions").paginate(Bucket=name)
