"""Listings by Hadoop's FileSystem, in the JVM of the Spark session and with its configuration."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

from py4j.protocol import Py4JError  # type: ignore[import-untyped]
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession

from dqdl.errors import RuleFailedError
from dqdl.files import NOT_INFERRED, File
from dqdl.problems import computing_problem

REFUSALS = (Py4JError, PySparkException)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# No file system that Hadoop knows takes it in a path.
_NUL = "\0"
_NO_AUTHORITY = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*):///")


def under(spark: SparkSession, path: str) -> list[File]:
    """The file at the path, or all below it; RuleFailedError when Hadoop cannot list them."""
    hadoop = _Hadoop(spark)
    try:
        root = hadoop.path(path)
        files = root.getFileSystem(hadoop.configuration)
        base = files.makeQualified(root).toString()
        return [file for file in hadoop.below(files, root) if not _is_hidden(file.path, base)]
    except REFUSALS as problem:
        raise _unlisted(path, problem) from problem


def were_read(frame: DataFrame) -> list[File]:
    """The files that the frame was read from; RuleFailedError when it does not tell."""
    paths = {_plain(path) for path in frame.inputFiles() or _behind_cache(frame)}
    if not paths:
        raise RuleFailedError(NOT_INFERRED)
    hadoop = _Hadoop(frame.sparkSession)
    found: dict[str, File] = {}
    for folder in sorted({path.rpartition("/")[0] + "/" for path in paths}):
        try:
            folder_path = hadoop.path(folder)
            files = folder_path.getFileSystem(hadoop.configuration)
            there, _ = hadoop.inside(files, folder_path)
        except REFUSALS as problem:
            raise _unlisted(folder, problem) from problem
        found.update((file.path, file) for file in there if file.path in paths)
    gone = sorted(paths - found.keys())
    if gone:
        raise RuleFailedError(f"The data frame was read from {gone[0]}, which is no longer there")
    return list(found.values())


def matching(spark: SparkSession, pattern: str, paths: Iterable[str]) -> set[str]:
    """The paths in which the Java regular expression is found; it has to be a valid one."""
    jvm: Any = spark._jvm
    # One text each way instead of a call a path.
    left = jvm.java.util.Collections.list(jvm.java.util.StringTokenizer(_NUL.join(paths), _NUL))
    found = jvm.java.util.regex.Pattern.compile(pattern).asPredicate()
    left.removeIf(found.negate())
    return set(_split(jvm.org.apache.commons.lang3.StringUtils.join(left, _NUL)))


class _Hadoop:
    def __init__(self, spark: SparkSession) -> None:
        self._jvm: Any = spark._jvm
        self.configuration: Any = spark._jsc.hadoopConfiguration()

    def path(self, text: str) -> Any:
        return self._jvm.org.apache.hadoop.fs.Path(text)

    def below(self, files: Any, root: Any) -> Iterator[File]:
        if files.getUri().getScheme() != "file":
            # On S3 this is one flat listing, however deep the folders are.
            yield from self._files(self._list(files.listFiles(root, True)))
            return
        # There listFiles starts a process a file, to find its owner.
        folders = [root]
        while folders:
            there, inner = self.inside(files, folders.pop())
            yield from there
            folders += [self.path(folder) for folder in inner]

    def inside(self, files: Any, folder: Any) -> tuple[list[File], list[str]]:
        """The files and the folders right in the folder; a file is in itself."""
        statuses = self._list(files.listStatusIterator(folder))
        kinds = self._each(statuses, "isDirectory")
        found = self._files(statuses)
        there = [file for file, kind in zip(found, kinds, strict=True) if kind == "false"]
        inner = [file.path for file, kind in zip(found, kinds, strict=True) if kind == "true"]
        return there, [path for path in inner if not _hides(path.rpartition("/")[2])]

    def _files(self, statuses: Any) -> list[File]:
        columns = [
            self._each(statuses, f"get{what}") for what in ("Path", "Len", "ModificationTime")
        ]
        return [
            File(path, int(size), _EPOCH + timedelta(milliseconds=int(modified)))
            for path, size, modified in zip(*columns, strict=True)
        ]

    def _list(self, iterator: Any) -> Any:
        return self._jvm.org.apache.hadoop.util.functional.RemoteIterators.toList(iterator)

    def _each(self, statuses: Any, method: str) -> list[str]:
        """The method's answer for each; they cross from the JVM as one text."""
        collections = self._jvm.org.apache.commons.collections4
        call = collections.TransformerUtils.invokerTransformer(method)
        answers = collections.CollectionUtils.collect(statuses, call)
        return _split(self._jvm.org.apache.commons.lang3.StringUtils.join(answers, _NUL))


def _split(text: str) -> list[str]:
    return text.split(_NUL) if text else []


def _is_hidden(path: str, base: str) -> bool:
    return any(_hides(part) for part in path.removeprefix(base).split("/") if part)


def _hides(name: str) -> bool:
    """As Spark's HadoopFSUtils.shouldFilterOutPathName."""
    if name.startswith(("_metadata", "_common_metadata")):
        return False
    marked = name.startswith(".") or (name.startswith("_") and "=" not in name)
    return marked or name.endswith("._COPYING_")


def _plain(uri: str) -> str:
    """A path as Hadoop writes it, from the URI that Spark gives."""
    return _NO_AUTHORITY.sub(r"\1:/", unquote(uri))


def _behind_cache(frame: DataFrame) -> Sequence[str]:
    """A cached frame has no input files; the plan that it was cached from still knows them."""
    plan: Any = frame._jdf.queryExecution().analyzed()
    leaves = plan.collectLeaves()
    found: list[str] = []
    for place in range(leaves.size()):
        leaf = leaves.apply(place)
        if leaf.getClass().getSimpleName() == "LogicalRelation":
            relation = leaf.relation()
            if relation.getClass().getSimpleName() == "HadoopFsRelation":
                found += relation.location().inputFiles()
    return found


def _unlisted(path: str, problem: Exception) -> RuleFailedError:
    return RuleFailedError(f'Cannot list the files of "{path}": {computing_problem(problem)}')
