"""Files: connection type `s3`, in Glue's file names.

Spark writes into a folder of its own inside the target, and the finished files are then moved to
their names: readers never see half an output, and a failed write leaves none.
"""

import re
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from awsglue.data_sink.sink import SINKS, DataSink
from awsglue.data_source.formats import truth
from awsglue.errors import InvalidOptionError, NotSupportedError
from awsglue.frame.dynamic_frame import DynamicFrame
from awsglue.registry import Registry
from awsglue.storage import Storage

_MOVERS = 8
_PART = re.compile(r"part-(?P<number>\d+)-.*?(?P<compression>\.gz|\.bz2|\.lz4|\.snappy|\.deflate)?")


class OutputFormat(NamedTuple):
    """`name(epoch ms, Spark's file name)` is the final name; empty files are `kept` or left out."""

    spark_name: str
    options: Callable[[Mapping[str, Any]], dict[str, str]]
    name: Callable[[int, str], str]
    keeps_empty: bool


OUTPUTS: Registry[OutputFormat] = Registry("output format")


@SINKS.register("s3", "file")
class S3Sink(DataSink):
    """Options: `path`, `partitionKeys`, `compression`. Always adds to what is there."""

    def named(self, key: str) -> DataSink:
        """Each frame of a collection gets a folder of its name under the path."""
        sink = S3Sink(self.glue_context, {**self.options, "path": f"{self._path()}/{key}"})
        sink.format, sink.format_options = self.format, self.format_options
        return sink

    def write_rows(self, frame: DynamicFrame) -> None:
        """Writes one file a Spark partition; a partition key becomes a `key=value` folder."""
        if not self.format:
            raise InvalidOptionError("a sink in S3 needs format, such as 'json' or 'parquet'")
        output = OUTPUTS.get(self.format)
        path = self._path()
        staging = f"{path}/.spark-{uuid.uuid4()}"
        storage = Storage(self.glue_context.spark_session)
        writer = (
            frame.toDF()
            .write.format(output.spark_name)
            .options(
                **output.options(self.format_options),
                **{
                    "mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",
                    # The move below is the commit; the older algorithm would copy every file twice.
                    "mapreduce.fileoutputcommitter.algorithm.version": "2",
                },
            )
        )
        if compression := self.options.get("compression"):
            writer = writer.option("compression", compression)
        if keys := self.options.get("partitionKeys"):
            writer = writer.partitionBy(*keys)
        try:
            writer.save(staging)
            self._publish(storage, output, staging, path)
        finally:
            storage.remove(staging)

    def _publish(self, storage: Storage, output: OutputFormat, staging: str, path: str) -> None:
        moment = _moment()
        mark = staging.rsplit("/", 1)[1]
        moves = []
        for file in storage.files(staging):
            if file.size or output.keeps_empty:
                folders, _, name = file.path.split(f"{mark}/", 1)[1].rpartition("/")
                target = "/".join(filter(None, (path, folders, output.name(moment, name))))
                moves.append((file.path, target))
        with ThreadPoolExecutor(_MOVERS) as pool:
            for _ in pool.map(lambda move: storage.move(*move), moves):
                pass

    def _path(self) -> str:
        path = self.options.get("path")
        if not path:
            raise InvalidOptionError("connection_options needs 'path', such as s3://bucket/folder/")
        return str(path).rstrip("/")


_clock = threading.Lock()
_last_moment = 0


def _moment() -> int:
    """Milliseconds since 1970, never the same twice in a process."""
    global _last_moment
    with _clock:
        _last_moment = max(_last_moment + 1, time.time_ns() // 1_000_000)
        return _last_moment


def _run_name(moment: int, spark_file: str) -> str:
    found = _PART.fullmatch(re.sub(r"\.(csv|json)(?=\.|$)", "", spark_file))
    number = found["number"] if found else "00000"
    return f"run-{moment}-part-r-{number}{(found and found['compression']) or ''}"


def _block_name(moment: int, spark_file: str) -> str:
    number = spark_file.split("-")[1]
    codec = re.search(r"\.(\w+)\.parquet$", spark_file)
    return f"run-{moment}-part-block-0-0-r-{number}-{codec[1] if codec else 'none'}.parquet"


def _csv_options(options: Mapping[str, Any]) -> dict[str, str]:
    quote = options.get("quoteChar", '"')
    if str(quote) == "-1":
        raise NotSupportedError("format_options quoteChar -1 when writing csv")
    return {
        "sep": options.get("separator", ","),
        "quote": quote,
        "escape": options.get("escaper") or quote,
        "header": str(truth(options.get("writeHeader", True))).lower(),
        # Spark's default is to trim what it writes.
        "ignoreLeadingWhiteSpace": "false",
        "ignoreTrailingWhiteSpace": "false",
    }


OUTPUTS.register("csv")(OutputFormat("csv", _csv_options, _run_name, keeps_empty=False))
OUTPUTS.register("json")(OutputFormat("json", lambda _: {}, _run_name, keeps_empty=False))
OUTPUTS.register("parquet")(
    OutputFormat("parquet", lambda _: {}, lambda _, spark_file: spark_file, keeps_empty=True)
)
OUTPUTS.register("glueparquet")(
    OutputFormat("parquet", lambda _: {}, _block_name, keeps_empty=True)
)
OUTPUTS.register("orc")(
    OutputFormat("orc", lambda _: {}, lambda _, spark_file: spark_file, keeps_empty=True)
)
