"""Objects under a crawler's include path: listed page by page, read in ranges."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from gluelocal.crawler.errors import CrawlError
from gluelocal.crawler.exclusions import excluder
from gluelocal.crawler.progress import Progress
from gluelocal.crawler.sample import Sample, take_sample

# Markers that stand for a folder and hold no data.
_FOLDER_MARKER = "_$folder$"


@dataclass(frozen=True)
class IncludePath:
    """`s3://bucket/prefix`; `prefix` is "" or ends in "/" unless it names one object."""

    bucket: str
    prefix: str

    @property
    def url(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}"


@dataclass(frozen=True)
class S3Object:
    """`folders` are the parts of its path between the include path and its name."""

    key: str
    size: int
    folders: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.key.rpartition("/")[2]


@dataclass(frozen=True)
class Listing:
    include: IncludePath
    objects: tuple[S3Object, ...]


def parse_include_path(path: str) -> IncludePath:
    """CrawlError when the path is not `s3://bucket[/prefix]`."""
    scheme, _, rest = path.partition("://")
    bucket, _, prefix = rest.partition("/")
    if scheme not in ("s3", "s3a", "s3n") or not bucket:
        raise CrawlError(
            f"{path!r} is not an S3 include path; write s3://bucket/folder/ into the S3 target."
        )
    return IncludePath(bucket, prefix)


def list_objects(path: str, exclusions: Sequence[str], s3: Any, progress: Progress) -> Listing:
    """Every object under the path that is not excluded and not empty.

    A path without a final slash is an object of that very name when there is one, else a folder.
    """
    include = parse_include_path(path)
    found: list[S3Object] = []
    empty: list[str] = []
    excluded = excluder(exclusions)
    if include.prefix and not include.prefix.endswith("/"):
        folder = IncludePath(include.bucket, f"{include.prefix}/")
        page = _first_page(include, s3)
        named = [one for one in page if one["Key"] == include.prefix]
        if named and named[0]["Size"]:
            return Listing(include, (S3Object(include.prefix, named[0]["Size"], ()),))
        include = folder
    for page in _pages(include, s3):
        progress.checkpoint()
        for entry in page:
            key, size = entry["Key"], entry["Size"]
            relative = key[len(include.prefix) :]
            if key.endswith(("/", _FOLDER_MARKER)) or excluded(relative):
                continue
            if size == 0:
                empty.append(key)
                continue
            found.append(S3Object(key, size, tuple(relative.split("/")[:-1])))
    if empty:
        more = f" and {len(empty) - 1} more" if len(empty) > 1 else ""
        progress.info(f"Skipped s3://{include.bucket}/{empty[0]}{more}: 0 bytes")
    return Listing(include, tuple(found))


def sample_object(bucket: str, one: S3Object, s3: Any) -> Sample:
    """The object's beginning; CrawlError when it cannot be read."""
    location = f"s3://{bucket}/{one.key}"
    return take_sample(location, one.size, partial(_read_range, s3, bucket, one.key))


def _read_range(s3: Any, bucket: str, key: str, first: int, size: int) -> bytes:
    with _as_crawl_error(f"s3://{bucket}/{key}"):
        byte_range = f"bytes={first}-{first + size - 1}"
        body: bytes = s3.get_object(Bucket=bucket, Key=key, Range=byte_range)["Body"].read()
    return body


def _pages(include: IncludePath, s3: Any) -> Iterator[list[dict[str, Any]]]:
    with _as_crawl_error(include.url):
        paginator = s3.get_paginator("list_objects_v2")
        for page in paginator.paginate(Bucket=include.bucket, Prefix=include.prefix):
            yield page.get("Contents", [])


def _first_page(include: IncludePath, s3: Any) -> list[dict[str, Any]]:
    """The page on which an object named exactly like the prefix stands, as it sorts first."""
    with _as_crawl_error(include.url):
        answer = s3.list_objects_v2(Bucket=include.bucket, Prefix=include.prefix, MaxKeys=1)
    objects: list[dict[str, Any]] = answer.get("Contents", [])
    return objects


@contextmanager
def _as_crawl_error(path: str) -> Iterator[None]:
    try:
        yield
    except ClientError as problem:
        error = problem.response["Error"]
        advice = _ADVICE.get(error["Code"], "Check the path and the crawler's role.")
        raise CrawlError(
            f"The include path {path} cannot be read: {error['Code']}: {error['Message']} {advice}"
        ) from problem
    except BotoCoreError as problem:
        raise CrawlError(f"The include path {path} cannot be read: {problem}") from problem


_ADVICE = {
    "NoSuchBucket": "Create the bucket, or mend the path of the crawler's S3 target.",
    "NoSuchKey": "The object went away while it was crawled; start the crawler again.",
    "AccessDenied": "The crawler's role needs s3:ListBucket and s3:GetObject there.",
}
