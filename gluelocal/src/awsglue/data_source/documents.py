"""Files that are read whole and in Python: formats that Spark has no reader for.

Each file is one task's work and lies in memory while it is read. What a format makes of a file are
texts (JSON, lines of CSV) that go on as a plain plan, or records.
"""

import bz2
import codecs
import gzip
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]
from pyspark import RDD
from pyspark.sql import DataFrame, SparkSession

from awsglue.data_source.files import ENDINGS, FileSet, reading
from awsglue.errors import DataReadError, InvalidOptionError

_OWN_ERROR = re.compile(r"awsglue\.errors\.DataReadError: (?P<message>.*)")
_MALFORMED = "Malformed records are detected"

Parse = Callable[[str, bytes], Iterable[Any]]
"""(the file's path, its bytes, not compressed any more) -> what it holds."""


def compression(options: Any) -> str:
    """`compressionType` of a source: "", "gzip" or "bzip2"; InvalidOptionError for others."""
    given = str(options.get("compressionType") or "").lower()
    if given in ("", "none", "uncompressed"):
        return ""
    if given not in ENDINGS:
        raise InvalidOptionError(
            f"compressionType {given!r} is not one of a source in S3; valid: bzip2, gzip, none"
        )
    return given


def parsed(session: SparkSession, files: FileSet, parse: Parse) -> "RDD[Any]":
    """What `parse` finds in each file; DataReadError, in the task, names a file it cannot read."""
    codec = files.compression

    def read(row: Any) -> Iterable[Any]:
        path, content = row
        try:
            yield from parse(path, decompressed(path, bytes(content), codec))
        except (ValueError, EOFError, OSError) as problem:
            raise DataReadError(f"Unable to parse file: {path}: {problem}") from problem

    with reading(files.what):
        found = files.reader(session).format("binaryFile").load(list(files.paths))
    return found.select("path", "content").rdd.flatMap(read)


def texts(session: SparkSession, files: FileSet, parse: Parse) -> DataFrame:
    """The texts that `parse` finds in each file, a frame with the one column `value`."""
    found = parsed(session, files, lambda path, content: ((text,) for text in parse(path, content)))
    return session.createDataFrame(found, "value string", verifySchema=False)


@contextmanager
def parsing(
    what: str, hint: str = "correct the file, or leave it out with exclusions"
) -> Iterator[None]:
    """Turns a failed task's stack into a DataReadError that says what could not be read."""
    try:
        yield
    except Py4JJavaError as problem:
        text = str(problem)
        own = _OWN_ERROR.search(text)
        if own is None and _MALFORMED not in text:
            raise
        message = own["message"] if own else f"{what}: there is text that is no JSON object"
        raise DataReadError(f"{message}; {hint}") from problem


def decompressed(path: str, content: bytes, codec: str = "") -> bytes:
    """A file's bytes, unpacked as `codec` says or, without one, as the ending of its name does."""
    for name, ending in ENDINGS.items():
        if codec == name or (not codec and path.endswith(ending)):
            return gzip.decompress(content) if name == "gzip" else bz2.decompress(content)
    return content


def decoded(content: bytes, encoding: str = "utf-8") -> str:
    """Text without its byte order mark; ValueError for bytes that are not in the encoding."""
    if encoding.lower().replace("_", "-") in ("utf-8", "utf8"):
        content = content.removeprefix(codecs.BOM_UTF8)
    return content.decode(encoding)
