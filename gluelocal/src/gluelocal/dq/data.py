"""Data that is given by a path: which format it has, and a frame of it.

What can be told without Spark is told before Spark starts.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gluelocal.errors import UsageError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

FORMATS = {
    "csv": (".csv", ".tsv"),
    "json": (".json", ".jsonl", ".ndjson"),
    "parquet": (".parquet", ".pq"),
    "orc": (".orc",),
}
_COMPRESSED = (".gz", ".bz2", ".zst", ".snappy", ".lz4", ".deflate")
_MAGIC = {b"PAR1": "parquet", b"ORC": "orc", b"\x1f\x8b": "gzip", b"PK\x03\x04": "zip"}
_S3 = re.compile(r"s3[an]?://")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_GLOB = re.compile(r"([{}\[\]*?\\])")
_HEAD = 65_536
_CORRUPT = "_corrupt_record"


@dataclass(frozen=True)
class ReadOptions:
    """`format` None: told by the names of the files. The others are for CSV, but for multiline.

    `empty_strings`: an empty cell of a text column is '', as in a table of the Glue catalog; else
    it is NULL. Numbers are NULL there either way.
    """

    format: str | None = None
    header: bool = True
    separator: str | None = None
    multiline: bool = False
    empty_strings: bool = False


@dataclass(frozen=True)
class Data:
    """`location` as Spark takes it; `name` as the user gave it; `size` in bytes, where known."""

    name: str
    location: str
    format: str
    options: ReadOptions
    size: int | None = None

    @property
    def is_s3(self) -> bool:
        return is_s3(self.location)


def is_s3(location: str) -> bool:
    return _S3.match(location) is not None


def find(name: str, options: ReadOptions) -> Data:
    """UsageError when there is nothing to read, or nobody can tell what it is."""
    if options.format is not None and options.format not in FORMATS:
        raise UsageError(f"There is no format {options.format!r}; valid: {', '.join(FORMATS)}.")
    if _URL.match(name) and not name.startswith("file://"):
        return Data(name, name, options.format or _format_of_names(name, [name]), options)
    path = Path(name.removeprefix("file://")).expanduser()
    files = list(_files(path))
    format_ = options.format or _format_of_names(name, [str(file) for file in files])
    first = _head(name, files)
    _check_content(name, format_, first, files[0])
    if format_ == "json" and first.lstrip().startswith(b"["):
        options = ReadOptions(**{**vars(options), "multiline": True})
    if options.multiline and _GLOB.search(str(path.absolute())):
        raise UsageError(
            f"Spark cannot read {name} as multiline: its path has one of {{}}[]*?\\ in it. "
            "Give it another name."
        )
    # Spark takes these characters for a pattern, and this is the path of what is there.
    location = _GLOB.sub(r"\\\1", str(path.absolute()))
    size = sum(file.stat().st_size for file in files)
    return Data(name, location, format_, options, size)


def _files(path: Path) -> Iterator[Path]:
    try:
        if path.is_file():
            found = [path]
        elif path.is_dir():
            found = sorted(f for f in path.rglob("*") if f.is_file() and _is_data(f, path))
        elif path.exists():
            raise UsageError(f"{path} is neither a file nor a folder.")
        else:
            raise UsageError(f"There is no file or folder {path}.")
    except OSError as problem:
        raise UsageError(f"{path} cannot be read: {problem.strerror}.") from problem
    if not found:
        raise UsageError(f"The folder {path} has no data files in it.")
    for file in found:
        if not os.access(file, os.R_OK):
            raise UsageError(f"{file} cannot be read: you have no permission to.")
        yield file


def _is_data(file: Path, folder: Path) -> bool:
    """Spark passes over names that start so."""
    return not any(part.startswith(("_", ".")) for part in file.relative_to(folder).parts)


def _format_of_names(name: str, files: list[str]) -> str:
    found = {_format_of(file) for file in files}
    if len(found) == 1 and (only := next(iter(found))) is not None:
        return only
    listed = ", ".join(sorted(kind or "unknown" for kind in found))
    why = f"it holds {listed} files" if len(found) > 1 else "its name does not tell"
    raise UsageError(
        f"What format has {name}? {why[0].upper()}{why[1:]}. "
        f"Say it with --format {'|'.join(FORMATS)}."
    )


def _format_of(file: str) -> str | None:
    name = file.rstrip("/").lower()
    for ending in _COMPRESSED:
        name = name.removesuffix(ending)
    return next((kind for kind, endings in FORMATS.items() if name.endswith(endings)), None)


def _head(name: str, files: list[Path]) -> bytes:
    """The beginning of the first file that has one."""
    for file in files:
        try:
            with file.open("rb") as opened:
                head = opened.read(_HEAD)
        except OSError as problem:
            raise UsageError(f"{file} cannot be read: {problem.strerror}.") from problem
        if head:
            return head
    raise UsageError(f"{name} is empty.")


def _check_content(name: str, format_: str, head: bytes, file: Path) -> None:
    """A format's own files begin with its mark, and text holds no NUL."""
    seen = next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), None)
    if format_ in ("parquet", "orc"):
        if seen != format_ and not head.startswith(b"PARE"):
            raise UsageError(f"{name} is not {_article(format_)} file by its content.")
    elif seen in FORMATS:
        raise UsageError(
            f"{name} is {_article(str(seen))} file by its content, not {format_}: --format {seen}."
        )
    elif seen == "gzip" and file.name.endswith(".gz"):
        return
    elif not file.name.endswith(_COMPRESSED) and (seen or b"\0" in head):
        what = f"a {seen} archive" if seen else "a binary file, or text in UTF-16"
        raise UsageError(f"{name} is {what} by its content, not {format_}. Give plain UTF-8 text.")


def _article(format_: str) -> str:
    return "an ORC" if format_ == "orc" else f"a {format_.capitalize()}"


def read(spark: "SparkSession", data: Data) -> "DataFrame":
    """A frame of it; CSV's types are inferred as Spark infers them, from all rows.

    UsageError for what turns out to hold no columns, or no JSON. Spark's AnalysisException where
    Spark cannot read it.
    """
    reader = spark.read
    options = data.options
    if data.format == "csv":
        separator = options.separator or ("\t" if ".tsv" in data.name.lower() else ",")
        frame = reader.csv(
            data.location,
            header=options.header,
            inferSchema=True,
            sep=separator,
            # A quote inside quotes is doubled (RFC 4180); Spark's default is a backslash before it.
            escape='"',
            multiLine=options.multiline,
        )
        if options.empty_strings:
            frame = frame.fillna("", [name for name, kind in frame.dtypes if kind == "string"])
    elif data.format == "json":
        frame = reader.json(data.location, multiLine=options.multiline)
        if frame.columns == [_CORRUPT]:
            raise UsageError(f"{data.name} is not JSON: one object a line, or one array of them.")
    else:
        frame = reader.format(data.format).load(data.location)
    if not frame.columns:
        raise UsageError(f"{data.name} has no columns.")
    return frame
