"""History on any file system that the Spark session knows: S3, HDFS, a local file: URL."""

import re
from collections.abc import Iterator
from typing import Any

from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from dqdl.errors import HistoryError
from dqdl.history import (
    RECORD_NAME,
    HistoryRecord,
    folder_name,
    from_json,
    record_name,
    to_json,
)

# There an object appears whole when it is closed, and a rename is a copy.
_OBJECT_STORES = frozenset({"s3", "s3a", "s3n", "gs", "abfs", "abfss"})
_REFUSALS = (Py4JJavaError, PySparkException)
_LISTED = re.compile(rf"/({RECORD_NAME.pattern})(?=[,}}])")


class HadoopHistory:
    """One folder a context under `location`, one object a record; needs no AWS library."""

    def __init__(self, spark: SparkSession, location: str) -> None:
        self._jvm: Any = spark._jvm
        self._configuration: Any = spark._jsc.hadoopConfiguration()
        self._location = location

    def record(self, record: HistoryRecord) -> None:
        try:
            self._write(record)
        except _REFUSALS as problem:
            raise HistoryError(
                f"cannot record the metrics in {self._location}: {_text(problem)}"
            ) from problem

    def _write(self, record: HistoryRecord) -> None:
        folder = self._path(self._location, folder_name(record.context))
        files = folder.getFileSystem(self._configuration)
        path = self._path(folder, record_name(record.moment))
        direct = files.getUri().getScheme() in _OBJECT_STORES
        target = path if direct else self._path(folder, f"_{path.getName()}.tmp")
        stream = files.create(target, False)
        try:
            stream.write(bytearray(to_json(record).encode()))
        finally:
            stream.close()
        if not direct and not files.rename(target, path):
            raise HistoryError(f"cannot rename {target.toString()} to {path.toString()}")

    def newest(self, context: str) -> Iterator[HistoryRecord]:
        folder = self._path(self._location, folder_name(context))
        try:
            files = folder.getFileSystem(self._configuration)
            for name in self._names(files, folder):
                path = self._path(folder, name)
                stream = files.open(path)
                try:
                    data = bytes(stream.readAllBytes())
                finally:
                    stream.close()
                yield from_json(data, path.toString(), context)
        except _REFUSALS as problem:
            raise HistoryError(
                f"cannot read the history in {folder.toString()}: {_text(problem)}"
            ) from problem

    def _names(self, files: Any, folder: Any) -> list[str]:
        """Newest first; the whole listing crosses from the JVM as one text."""
        if not files.exists(folder):
            return []
        paths = self._jvm.org.apache.hadoop.fs.FileUtil.stat2Paths(files.listStatus(folder))
        listed = self._jvm.org.apache.commons.lang3.ArrayUtils.toString(paths)
        return sorted(_LISTED.findall(listed), reverse=True)

    def _path(self, *parts: Any) -> Any:
        return self._jvm.org.apache.hadoop.fs.Path(*parts)


def _text(problem: Exception) -> str:
    """Java's message without its stack trace."""
    java = getattr(problem, "java_exception", None)
    return str(problem if java is None else java.toString())
