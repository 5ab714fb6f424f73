"""Crawling an S3 target: list, sample, classify, group into tables."""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from gluelocal.crawler.datasets import Content, Dataset, content_of, largest_group, merge_contents
from gluelocal.crawler.formats import UNKNOWN, Format, classify
from gluelocal.crawler.grouping import Folder, Grouping
from gluelocal.crawler.progress import Progress
from gluelocal.crawler.s3_objects import S3Object, list_objects, sample_object
from gluelocal.crawler.settings import CrawlerSettings, S3Target

# Of a folder with more files, this many are read, spread evenly over their names; all of them
# when those disagree.
SAMPLED_FILES = 20
# As many as a boto3 client has connections by default, less some room for its other users.
_THREADS = 8


def crawl_s3(
    target: S3Target,
    settings: CrawlerSettings,
    custom: Sequence[Format],
    s3: Any,
    progress: Progress,
) -> list[Dataset]:
    """The tables under one include path, none when nothing is there; CrawlError as named."""
    listing = list_objects(target.path, target.exclusions, s3, progress)
    if not listing.objects:
        progress.info(f"Nothing to classify under {target.path}: no table.")
        return []
    by_folder: dict[tuple[str, ...], list[S3Object]] = {}
    for one in listing.objects:
        by_folder.setdefault(one.folders, []).append(one)
    reader = _Reader(listing.include.bucket, custom, s3, progress)
    first_look = [
        one for objects in by_folder.values() for one in _spread(objects, target.sample_size)
    ]
    threads = ThreadPoolExecutor(_THREADS)
    try:
        reader.read(first_look, threads)
        folders = [
            _folder(path, objects, target, settings, reader, threads)
            for path, objects in by_folder.items()
        ]
    finally:
        # After an error or a stop, what is still queued need not be read.
        threads.shutdown(cancel_futures=True)
    grouping = Grouping(listing.include, settings.combine_compatible, settings.table_level)
    datasets = grouping.datasets(folders)
    if not target.exclusions:
        return datasets
    # Readers of the table have to leave out the same objects.
    patterns = [listing.include.url + pattern for pattern in target.exclusions]
    exclusions = {"exclusions": json.dumps(patterns, separators=(",", ":"))}
    return [replace(one, extra_parameters=exclusions) for one in datasets]


class _Reader:
    """Reads and classifies objects, each at most once."""

    def __init__(self, bucket: str, custom: Sequence[Format], s3: Any, progress: Progress) -> None:
        self._bucket = bucket
        self._custom = custom
        self._s3 = s3
        self._progress = progress
        self.contents: dict[str, Content] = {}

    def read(self, objects: Sequence[S3Object], threads: ThreadPoolExecutor) -> None:
        unread = [one for one in objects if one.key not in self.contents]
        for one, content in zip(unread, threads.map(self._classified, unread), strict=True):
            self.contents[one.key] = content
            if content.classification == UNKNOWN:
                self._progress.warn(
                    f"s3://{self._bucket}/{one.key} matches no classifier: it is catalogued as "
                    "UNKNOWN, without columns. A CSV needs two columns, two rows and UTF-8."
                )

    def _classified(self, one: S3Object) -> Content:
        self._progress.checkpoint()
        sample = sample_object(self._bucket, one, self._s3)
        detected = classify(sample, self._custom)
        return content_of(detected, sample.compression, sample.expansion, one.size)


def _folder(
    path: tuple[str, ...],
    objects: Sequence[S3Object],
    target: S3Target,
    settings: CrawlerSettings,
    reader: _Reader,
    threads: ThreadPoolExecutor,
) -> Folder:
    """A folder's files as one content when all that are read belong together."""
    read = [one for one in objects if one.key in reader.contents]
    contents = [reader.contents[one.key] for one in read]
    if len(largest_group(contents, settings.combine_compatible)) == len(contents):
        size = sum(one.size for one in objects)
        files = tuple(zip(read, contents, strict=True))
        return Folder(path, merge_contents(contents, len(objects), size), files)
    if target.sample_size is None and len(read) < len(objects):
        # Each file will be a table of its own, so each has to be read.
        reader.read(objects, threads)
        read = list(objects)
    return Folder(path, None, tuple((one, reader.contents[one.key]) for one in read))


def _spread(objects: Sequence[S3Object], sample_size: int | None) -> list[S3Object]:
    """So many of the objects, from the first to the last at even distances."""
    wanted = sample_size or SAMPLED_FILES
    if len(objects) <= wanted:
        return list(objects)
    last = len(objects) - 1
    steps = max(wanted - 1, 1)
    return [objects[last * step // steps] for step in range(wanted)]
