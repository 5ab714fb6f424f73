"""Step 1a: every file's own header against the catalog table's columns.

A CSV's cells are read by their position. A file whose columns stand in another order would give
every value to its neighbour, so the header of each file that was read is compared first.
"""

import bz2
import csv
import re
import zlib
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from imdb_etl.catalog import CatalogTable
from imdb_etl.config import Column
from imdb_etl.errors import SourceError
from imdb_etl.locations import S3Location

_FIRST_BYTES = 64 * 1024
_AT_ONCE = 8
_SHOWN = 5


def require_same_columns(
    client: Any, files: Iterable[S3Location], table: CatalogTable, columns: Iterable[Column]
) -> None:
    """Raises SourceError when a file's header is not the table's (`client`: boto3 s3).

    A header may end early when what it leaves out is not mapped: rows are NULL there. A table
    without headers cannot be checked.
    """
    if not table.has_header:
        return
    needed = {column.source for column in columns}

    def problem(file: S3Location) -> str | None:
        return _difference(_header(client, file, table.delimiter), list(table.columns), needed)

    ordered = sorted(files, key=str)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        found = [
            f"{file}: {text}"
            for file, text in zip(ordered, pool.map(problem, ordered), strict=True)
            if text
        ]
    if found:
        more = f" (and {len(found) - _SHOWN} more files)" if len(found) > _SHOWN else ""
        raise SourceError(
            f"{'; '.join(found[:_SHOWN])}{more}. The catalog table {table.name} has "
            f"{', '.join(table.columns)}, and cells are read by position: nothing was loaded. Put "
            "such files into a folder of their own and run with --source"
        )


def _difference(header: list[str], table: list[str], needed: set[str]) -> str | None:
    names, expected = [_plain(name) for name in header], [_plain(name) for name in table]
    if names != expected[: len(names)]:
        if unknown := [name for name in header if _plain(name) not in expected]:
            return f"it has other columns: {', '.join(unknown)}"
        if names != [name for name in expected if name in names]:
            return f"its columns stand in another order: {', '.join(header)}"
        missing = [name for name in table if _plain(name) not in names]
        return f"it lacks columns: {', '.join(missing)}"
    if missing := [name for name in table[len(names) :] if name in needed]:
        return f"it lacks columns: {', '.join(missing)}"
    return None


def _plain(name: str) -> str:
    # Crawlers write names in lower case, and some characters as underscores.
    return re.sub(r"\W", "_", name.strip().lower())


def _header(client: Any, file: S3Location, delimiter: str) -> list[str]:
    answer = client.get_object(
        Bucket=file.bucket, Key=file.key, Range=f"bytes=0-{_FIRST_BYTES - 1}"
    )
    text = _unpacked(file.key, answer["Body"].read()).decode("utf-8-sig", errors="replace")
    return next(csv.reader(text.splitlines(keepends=True), delimiter=delimiter), [])


def _unpacked(key: str, start: bytes) -> bytes:
    ending = key.rpartition(".")[2].lower()
    return _UNPACK[ending](start) if ending in _UNPACK else start


_UNPACK: Mapping[str, Callable[[bytes], bytes]] = {
    # The bits say: a gzip header is expected.
    "gz": lambda start: zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(start),
    "bz2": lambda start: bz2.BZ2Decompressor().decompress(start),
}
