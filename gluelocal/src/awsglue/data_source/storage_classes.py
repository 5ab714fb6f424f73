"""`excludeStorageClasses`: objects of S3 that are left out by their storage class."""

import json
import re
from collections.abc import Sequence
from typing import Any

from awsglue.clients import client
from awsglue.errors import InvalidOptionError

_S3 = re.compile(r"s3[an]?://(?P<bucket>[^/]+)/?(?P<prefix>.*)")


def excluded(paths: Sequence[str], classes: Any) -> list[str]:
    """Patterns for the objects below `paths` of one of the storage classes.

    `classes` is a list or a JSON list (Glue Developer Guide, "Excluding Amazon S3 storage
    classes"). Files outside of S3 have no storage class, and stay.
    """
    unwanted = _classes(classes)
    if not unwanted:
        return []
    found = []
    for path in paths:
        place = _S3.fullmatch(path)
        if place is None:
            continue
        pages = client("s3").get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=place["bucket"], Prefix=place["prefix"]):
            for one in page.get("Contents", ()):
                if one.get("StorageClass", "STANDARD") in unwanted:
                    found.append(_literal(f"s3://{place['bucket']}/{one['Key']}"))
    return found


def _classes(given: Any) -> set[str]:
    if not given:
        return set()
    found = given
    if isinstance(given, str):
        try:
            found = json.loads(given)
        except ValueError:
            found = given
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise InvalidOptionError(
            f"excludeStorageClasses must be a list such as ['GLACIER', 'DEEP_ARCHIVE'], not "
            f"{given!r}"
        )
    return set(found)


def _literal(path: str) -> str:
    """A glob pattern that this path alone matches."""
    return re.sub(r"([\\*?{}\[\],])", r"\\\1", path)
