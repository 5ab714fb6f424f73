"""The formats that files are written in: Spark's options and Glue's names of files."""

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from awsglue.errors import InvalidOptionError, NotSupportedError
from awsglue.options import truth
from awsglue.registry import Registry

_PART = re.compile(r"part-(?P<number>\d+)-.*?(?P<compression>\.gz|\.bz2|\.lz4|\.snappy|\.deflate)?")
_TEXT_CODECS = ("none", "uncompressed", "gzip", "bzip2", "snappy", "lz4", "deflate")
_PARQUET_CODECS = ("none", "uncompressed", "snappy", "gzip", "lz4", "zstd")
_SPARK_AVRO = "org.apache.spark.sql.avro.AvroFileFormat"


class OutputFormat(NamedTuple):
    """`options(format_options)` are Spark's; `codecs` are the values of `compression`.

    `name(epoch ms, Spark's file name)` is the final name; empty files are `kept` or left out.
    `spark_class` must be there, when it is none of Spark's own.
    """

    spark_name: str
    options: Callable[[Mapping[str, Any]], dict[str, str]]
    name: Callable[[int, str], str]
    keeps_empty: bool
    codecs: tuple[str, ...]
    spark_class: str = ""

    def codec(self, wanted: object) -> str:
        """The codec's name; InvalidOptionError lists those of the format."""
        name = str(wanted).lower()
        if name not in self.codecs:
            raise InvalidOptionError(
                f"compression {wanted!r} is not there for {self.spark_name}; valid: "
                f"{', '.join(self.codecs)}"
            )
        return name


OUTPUTS: Registry[OutputFormat] = Registry("output format")


def output_format(name: str, options: Mapping[str, Any]) -> OutputFormat:
    """The format by name; `useGlueParquetWriter` makes parquet glueparquet."""
    if name == "parquet" and truth(options.get("useGlueParquetWriter", False)):
        return OUTPUTS.get("glueparquet")
    return OUTPUTS.get(name)


def _run_name(moment: int, spark_file: str) -> str:
    found = _PART.fullmatch(re.sub(r"\.(csv|json)(?=\.|$)", "", spark_file))
    number = found["number"] if found else "00000"
    return f"run-{moment}-part-r-{number}{(found and found['compression']) or ''}"


def _avro_name(moment: int, spark_file: str) -> str:
    return f"run-{moment}-part-r-{spark_file.split('-')[1]}.avro"


def _block_name(moment: int, spark_file: str) -> str:
    number = spark_file.split("-")[1]
    ending = re.search(r"\.(\w+)\.parquet$", spark_file)
    codec = ending[1].replace("gz", "gzip") if ending else "uncompressed"
    return f"run-{moment}-part-block-0-0-r-{number}-{codec}.parquet"


def _spark_name(_: int, spark_file: str) -> str:
    return spark_file


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


def _parquet_options(options: Mapping[str, Any]) -> dict[str, str]:
    sizes = {"blockSize": "parquet.block.size", "pageSize": "parquet.page.size"}
    return {spark: str(options[name]) for name, spark in sizes.items() if name in options}


def _no_options(_: Mapping[str, Any]) -> dict[str, str]:
    return {}


OUTPUTS.register("csv")(
    OutputFormat("csv", _csv_options, _run_name, keeps_empty=False, codecs=_TEXT_CODECS)
)
OUTPUTS.register("json")(
    OutputFormat("json", _no_options, _run_name, keeps_empty=False, codecs=_TEXT_CODECS)
)
OUTPUTS.register("parquet")(
    OutputFormat("parquet", _parquet_options, _spark_name, keeps_empty=True, codecs=_PARQUET_CODECS)
)
OUTPUTS.register("glueparquet")(
    OutputFormat("parquet", _parquet_options, _block_name, keeps_empty=True, codecs=_PARQUET_CODECS)
)
OUTPUTS.register("orc")(
    OutputFormat(
        "orc",
        _no_options,
        _spark_name,
        keeps_empty=True,
        codecs=("none", "uncompressed", "snappy", "zlib", "lzo", "zstd", "lz4"),
    )
)
OUTPUTS.register("avro")(
    OutputFormat(
        "avro",
        _no_options,
        _avro_name,
        keeps_empty=True,
        codecs=("uncompressed", "snappy", "deflate", "bzip2", "xz", "zstandard"),
        spark_class=_SPARK_AVRO,
    )
)
