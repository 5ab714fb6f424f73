"""Files as rules see them: the files of a path and their checksums, and how they are chosen.

AWS Glue Developer Guide, FileFreshness, FileMatch, FileUniqueness and FileSize. Every file system
that the Spark session's Hadoop configuration knows is read: local folders, `s3://`, `s3a://`, HDFS.
Contents are read on the executors alone; what comes to the driver is paths, sizes, times and
checksums. Hidden files are left out as Spark does.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

from dqdl.errors import RuleFailedError
from dqdl.plan import Probe

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

NOT_INFERRED = "Unable to parse file path from DataFrame"


@dataclass(frozen=True)
class File:
    """`path` as Hadoop writes it (s3a://bucket/key, file:/folder/name); `size` in bytes."""

    path: str
    size: int
    modified: datetime

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


Files: TypeAlias = tuple[File, ...]


class FileInventory:
    """What one evaluation has found out about files; each thing is looked up once."""

    def __init__(self) -> None:
        self._listings: dict[str | None, Files | RuleFailedError] = {}
        self._checksums: dict[tuple[str, str], str] = {}

    def listed(self, frame: "DataFrame", path: str | None) -> Files:
        """The files at the path, or those that the frame was read from, sorted by path.

        RuleFailedError when there is no such path, or it cannot be listed.
        """
        from dqdl.hadoopfiles import under, were_read

        if path not in self._listings:
            try:
                found = were_read(frame) if path is None else under(frame.sparkSession, path)
                self._listings[path] = tuple(sorted(found, key=lambda file: file.path))
            except RuleFailedError as problem:
                self._listings[path] = problem
        answer = self._listings[path]
        if isinstance(answer, RuleFailedError):
            raise answer
        return answer

    def checksums(self, frame: "DataFrame", files: Files, algorithm: str) -> dict[str, str]:
        """Each file's checksum by its path; RuleFailedError as of `dqdl.checksums`."""
        from dqdl.checksums import computed

        unknown = [file for file in files if (algorithm, file.path) not in self._checksums]
        for path, checksum in computed(frame.sparkSession, unknown, algorithm).items():
            self._checksums[algorithm, path] = checksum
        return {file.path: self._checksums[algorithm, file.path] for file in files}


@dataclass(frozen=True)
class Filters:
    """The tags recentFiles and uriRegex; `order` names them in the order in which they apply."""

    recent_files: int | None = None
    uri_regex: str | None = None
    order: tuple[str, ...] = ()

    def left(self, frame: "DataFrame", files: Files) -> Files:
        for name in self.order:
            if name == "recentFiles":
                newest = sorted(files, key=lambda file: (-file.modified.timestamp(), file.path))
                files = tuple(newest[: self.recent_files])
            else:
                from dqdl.hadoopfiles import matching

                assert self.uri_regex is not None
                paths = matching(frame.sparkSession, self.uri_regex, [file.path for file in files])
                files = tuple(file for file in files if file.path in paths)
        return tuple(sorted(files, key=lambda file: file.path))


@dataclass(frozen=True)
class FilesOf(Probe):
    """The files of a path, or of the frame when it is None, that the filters leave: `Files`."""

    path: str | None
    filters: Filters
    inventory: FileInventory = field(compare=False, repr=False)

    def answer(self, frame: "DataFrame") -> Files:
        files = self.filters.left(frame, self.inventory.listed(frame, self.path))
        if not files:
            raise RuleFailedError(f"There are no files to look at{self._where()}")
        return files

    def _where(self) -> str:
        place = "" if self.path is None else f" in {self.path}"
        tags = " and ".join(self.filters.order)
        return f"{place} that {tags} leave" if tags else place


@dataclass(frozen=True)
class ChecksumsOf(Probe):
    """The checksums of those files of the sets that `needed` names: {path: checksum}.

    Checksums are lower-case hexadecimal digits.
    """

    sets: tuple[FilesOf, ...]
    needed: Callable[[Sequence[Files]], Files]
    algorithm: str = "SHA-256"

    def answer(self, frame: "DataFrame") -> Mapping[str, str]:
        files = self.needed([files.answer(frame) for files in self.sets])
        return self.sets[0].inventory.checksums(frame, files, self.algorithm)
