"""Files: connection type `s3`, in Glue's file names.

Spark writes into a folder of its own inside the target, and the finished files are then moved to
their names: readers never see half an output, and a failed write leaves none. The Data Catalog is
told after that, so that it never knows of rows that are not there.
"""

import threading
import time
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]
from pyspark.sql import DataFrame

from awsglue.data_sink import catalog_update
from awsglue.data_sink.outputs import OutputFormat, output_format
from awsglue.data_sink.sink import SINKS, DataSink
from awsglue.engine.paths import find
from awsglue.errors import InvalidOptionError, NotSupportedError
from awsglue.frame.dynamic_frame import DynamicFrame
from awsglue.storage import Storage

_MOVERS = 8


@SINKS.register("s3", "file")
class S3Sink(DataSink):
    """Options: `path`, `partitionKeys`, `compression`, and those of catalog_update.

    Always adds to what is there.
    """

    updates_catalog = True

    def named(self, key: str) -> DataSink:
        """Each frame of a collection gets a folder of its name under the path."""
        if self.catalog_table is not None:
            raise NotSupportedError("writing a DynamicFrameCollection with setCatalogInfo")
        sink = S3Sink(self.glue_context, {**self.options, "path": f"{self._path()}/{key}"})
        sink.format, sink.format_options = self.format, self.format_options
        return sink

    def write_rows(self, frame: DynamicFrame) -> None:
        """Writes one file a Spark partition; a partition key becomes a `key=value` folder."""
        if not self.format:
            raise InvalidOptionError("a sink in S3 needs format, such as 'json' or 'parquet'")
        output = output_format(self.format, self.format_options)
        path = self._path()
        data = frame.toDF()
        if not data.columns:
            # A source without files, such as one whose job bookmark has seen them all.
            return
        keys = _partition_keys(data, self.options.get("partitionKeys") or ())
        update = catalog_update.prepare(self, path, data.schema, keys)
        folders = self._write(data, output, path, keys)
        if update is not None:
            update.apply(folders)

    def _write(
        self, data: DataFrame, output: OutputFormat, path: str, keys: Sequence[str]
    ) -> set[str]:
        """The folders below the path that have got files."""
        session = self.glue_context.spark_session
        _require_class(session, output)
        staging = f"{path}/.spark-{uuid.uuid4()}"
        storage = Storage(session)
        writer = data.write.format(output.spark_name).options(
            **output.options(self.format_options),
            **{
                "mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",
                # The move below is the commit; the older algorithm would copy every file twice.
                "mapreduce.fileoutputcommitter.algorithm.version": "2",
            },
        )
        compression = self.options.get("compression") or self.format_options.get("compression")
        if compression:
            writer = writer.option("compression", output.codec(compression))
        if keys:
            writer = writer.partitionBy(*keys)
        try:
            writer.save(staging)
            return _publish(storage, output, staging, path)
        finally:
            storage.remove(staging)

    def _path(self) -> str:
        path = self.options.get("path")
        if not path:
            raise InvalidOptionError("connection_options needs 'path', such as s3://bucket/folder/")
        return str(path).rstrip("/")


def _partition_keys(data: DataFrame, wanted: str | Sequence[str]) -> list[str]:
    """The columns that `partitionKeys` names, as the frame spells them."""
    keys = []
    for name in [wanted] if isinstance(wanted, str) else wanted:
        there = find(data.schema, (name,))
        if there is None:
            raise InvalidOptionError(
                f"partitionKeys: the rows have no column {name!r}; valid: {', '.join(data.columns)}"
            )
        keys.append(there.path[0])
    if keys and len(set(keys)) == len(data.columns):
        raise InvalidOptionError(
            "partitionKeys names every column, so that the files would have none; leave one out"
        )
    return keys


def _require_class(session: Any, output: OutputFormat) -> None:
    if not output.spark_class:
        return
    try:
        session._jvm.java.lang.Thread.currentThread().getContextClassLoader().loadClass(
            output.spark_class
        )
    except Py4JJavaError as problem:
        if "ClassNotFoundException" not in str(problem.java_exception):
            raise
        raise NotSupportedError(
            f"writing {output.spark_name} without its Spark package",
            "start Spark with spark.jars.packages=org.apache.spark:spark-avro_2.12:"
            f"{session.version}",
        ) from problem


def _publish(storage: Storage, output: OutputFormat, staging: str, path: str) -> set[str]:
    moment = _moment()
    mark = staging.rsplit("/", 1)[1]
    moves = []
    folders = set()
    for file in storage.files(staging):
        if file.size or output.keeps_empty:
            folder, _, name = file.path.split(f"{mark}/", 1)[1].rpartition("/")
            target = "/".join(filter(None, (path, folder, output.name(moment, name))))
            moves.append((file.path, target))
            folders.add(folder)
    with ThreadPoolExecutor(_MOVERS) as pool:
        for _ in pool.map(lambda move: storage.move(*move), moves):
            pass
    return folders


_clock = threading.Lock()
_last_moment = 0


def _moment() -> int:
    """Milliseconds since 1970, never the same twice in a process."""
    global _last_moment
    with _clock:
        _last_moment = max(_last_moment + 1, time.time_ns() // 1_000_000)
        return _last_moment
