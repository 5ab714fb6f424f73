"""The files of a source: paths, exclusions, partition folders."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrameReader, SparkSession
from pyspark.sql import types as S

from awsglue.data_source.globs import Matcher, matcher
from awsglue.errors import DataReadError
from awsglue.storage import File, Storage

ENDINGS = {"gzip": ".gz", "bzip2": ".bz2"}
"""compressionType -> the ending of names by which Spark knows it."""


class PathNotFoundError(DataReadError):
    """A path leads to no file and no folder."""

    def __init__(self, what: str, path: str) -> None:
        super().__init__(
            f"{what}: there is no such file or folder: {path}; upload the data first, or correct "
            "the path"
        )


@dataclass(frozen=True)
class FileSet:
    """`paths`: files and folders; `partitions`: columns that stand in the folder names.

    With partitions, `base` is the folder above the first `key=value`. `flat`: only files that lie
    directly in a folder, and no partitions. `compression`: how the files are compressed when their
    names do not say it. `what`: what messages call the source.
    """

    paths: Sequence[str]
    recursive: bool = False
    base: str = ""
    partitions: S.StructType = field(default_factory=S.StructType)
    flat: bool = False
    compression: str = ""
    what: str = "the source"

    def reader(self, session: SparkSession) -> DataFrameReader:
        """A reader that knows how to look for the files."""
        reader = session.read
        if self.base:
            return reader.option("basePath", self.base)
        return reader.option("recursiveFileLookup", str(self.recursive or self.flat).lower())

    def files(self, session: SparkSession, patterns: Sequence[str] = ()) -> list[File]:
        """The files that a reader finds and that match none of the glob patterns."""
        refused = [matcher(_plain(pattern)) for pattern in patterns]
        storage = Storage(session)
        found = []
        for path in self.paths:
            places = storage.matching(path)
            if not places:
                raise PathNotFoundError(self.what, path)
            for place in places:
                base = self.base or place
                found += [
                    file
                    for file in storage.files(place, recursive=not self.flat)
                    if (self.recursive or self.base or _is_partitioned(_below(file.path, place)))
                    and not any(_matches(pattern, file.path, base) for pattern in refused)
                ]
        return found

    def only(self, files: Sequence[File]) -> "FileSet":
        """The same with nothing but these files, each by its name."""
        # Spark takes a file's name for a glob pattern.
        names = [re.sub(r"([{}\[\]*?\\])", r"\\\1", file.path) for file in files]
        base = self.base
        if not (self.recursive or self.flat) and len(self.paths) == 1:
            # By its name alone a file would lose the partitions in its folders' names.
            [place] = self.paths
            base = base or (place if any("/" in _below(file.path, place) for file in files) else "")
        return replace(self, paths=names, base=base)

    def without(self, session: SparkSession, patterns: Sequence[str]) -> "FileSet":
        """Only the files that match none of the glob patterns, each listed by name."""
        if not patterns and not (self.flat and self._has_folders(session)):
            return self
        return self.only(self.files(session, patterns))

    def unpacked_as(self, session: SparkSession, codec: str) -> "FileSet":
        """The same; with `compression` set when a name does not say that it is `codec`."""
        if not codec:
            return self
        ending = ENDINGS[codec]
        bare = any(not file.path.endswith(ending) for file in self.files(session))
        return replace(self, compression=codec) if bare else self

    def deep(self, session: SparkSession) -> "FileSet":
        """With all subfolders, unless their names make columns: then Spark takes them anyway."""
        below = (
            _below(file.path, place).rsplit("/", 1)[0]
            for path in self.paths
            for place in Storage(session).matching(path)
            for file in Storage(session).files(place)
        )
        return replace(self, recursive=not any("=" in folders for folders in below))

    def there(self, session: SparkSession) -> "FileSet":
        """Without the paths that lead to nothing."""
        storage = Storage(session)
        return replace(self, paths=[path for path in self.paths if storage.matching(path)])

    def _has_folders(self, session: SparkSession) -> bool:
        storage = Storage(session)
        return any(
            storage.has_folders(place) for path in self.paths for place in storage.matching(path)
        )


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Turns Spark's complaint about a path that is not there into a PathNotFoundError."""
    try:
        yield
    except AnalysisException as problem:
        if problem.getErrorClass() != "PATH_NOT_FOUND":
            raise
        path = (problem.getMessageParameters() or {}).get("path", "")
        raise PathNotFoundError(what, path) from problem


def _below(file: str, place: str) -> str:
    """A file's path below a place; empty when it is the place itself."""
    return _plain(file).removeprefix(_plain(place)).strip("/")


def _is_partitioned(below: str) -> bool:
    """Whether all folders of a path are partitions, which Spark looks into."""
    return all("=" in name for name in below.split("/")[:-1])


def _matches(pattern: Matcher, file: str, base: str) -> bool:
    relative = _below(file, base)
    return bool(pattern.fullmatch(_plain(file)) or pattern.fullmatch(relative))


def _plain(path: str) -> str:
    # Spark's listing writes file:/a for file:///a, and s3a where scripts write s3.
    return re.sub(r"^s3[an]://", "s3://", re.sub(r"^file:/+", "file:/", path))
