"""The files of a source: paths, exclusions, partition folders."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrameReader, SparkSession
from pyspark.sql import types as S

from awsglue.errors import DataReadError, InvalidOptionError
from awsglue.storage import Storage


@dataclass(frozen=True)
class FileSet:
    """`paths`: files and folders; `partitions`: columns that stand in the folder names.

    With partitions, `base` is the folder above the first `key=value`.
    """

    paths: Sequence[str]
    recursive: bool = False
    base: str = ""
    partitions: S.StructType = field(default_factory=S.StructType)

    def reader(self, session: SparkSession) -> DataFrameReader:
        """A reader that knows how to look for the files."""
        reader = session.read
        if self.base:
            return reader.option("basePath", self.base)
        return reader.option("recursiveFileLookup", str(self.recursive).lower())

    def without(self, session: SparkSession, patterns: Sequence[str]) -> "FileSet":
        """Only the files that match none of the glob patterns, each listed by name."""
        if not patterns:
            return self
        refused = [re.compile(_regex(pattern)) for pattern in patterns]
        kept = [
            file
            for path in self.paths
            for file in _list(session, path, self.recursive or bool(self.base))
            if not any(_matches(pattern, file, self.base or path) for pattern in refused)
        ]
        return replace(self, paths=kept)


def exclusions(text: str | Sequence[str] | None) -> list[str]:
    """The patterns of an `exclusions` option, a JSON list in a string, or InvalidOptionError."""
    if not text:
        return []
    patterns = text
    if isinstance(text, str):
        try:
            patterns = json.loads(text)
        except ValueError:
            patterns = text
    if isinstance(patterns, str) or not all(isinstance(one, str) for one in patterns):
        raise InvalidOptionError(
            f"exclusions must be a JSON list of glob patterns, such as '[\"**.tmp\"]', not {text!r}"
        )
    return list(patterns)


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Turns Spark's complaint about a path that is not there into a DataReadError."""
    try:
        yield
    except AnalysisException as problem:
        if problem.getErrorClass() != "PATH_NOT_FOUND":
            raise
        path = (problem.getMessageParameters() or {}).get("path", "")
        raise DataReadError(
            f"{what}: there is no such file or folder: {path}; upload the data first, or correct "
            "the path"
        ) from problem


def _list(session: SparkSession, path: str, recursive: bool) -> Iterable[str]:
    storage = Storage(session)
    if not storage.exists(path):
        raise DataReadError(f"there is no such file or folder: {path}")
    return (file.path for file in storage.files(path, recursive))


def _matches(pattern: "re.Pattern[str]", file: str, base: str) -> bool:
    relative = _plain(file).removeprefix(_plain(base)).lstrip("/")
    return bool(pattern.fullmatch(_plain(file)) or pattern.fullmatch(relative))


def _plain(path: str) -> str:
    # Spark's listing writes file:/a for file:///a.
    return re.sub(r"^file:/+", "file:/", path)


def _regex(glob: str) -> str:
    """A crawler's pattern as a regular expression: `*` stays inside a folder, `**` does not."""
    parts: list[str] = []
    position = 0
    depth = 0
    text = _plain(glob)
    while position < len(text):
        letter = text[position]
        if text.startswith("**", position):
            parts.append(".*")
            position += 1
        elif letter == "*":
            parts.append("[^/]*")
        elif letter == "?":
            parts.append("[^/]")
        elif letter == "{":
            depth += 1
            parts.append("(?:")
        elif letter == "}" and depth:
            depth -= 1
            parts.append(")")
        elif letter == "," and depth:
            parts.append("|")
        elif letter == "[" and (end := text.find("]", position + 2)) > 0:
            body = text[position + 1 : end].replace("\\", "\\\\")
            parts.append(f"[{'^' + body[1:] if body[0] == '!' else body}]")
            position = end
        else:
            parts.append(re.escape(letter))
        position += 1
    if depth:
        raise InvalidOptionError(f"the exclusion pattern {glob!r} has an open brace")
    return "".join(parts)
