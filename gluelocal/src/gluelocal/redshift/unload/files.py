"""From batches of rows to files: partitions, sizes, compression, and the manifest. All block."""

import io
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any, cast

import pyarrow as pa
import pyarrow.csv as pa_csv

from gluelocal.redshift.errors import RedshiftError
from gluelocal.redshift.unload.columns import ResultColumn
from gluelocal.redshift.unload.destination import Destination
from gluelocal.redshift.unload.formats import FileWriter
from gluelocal.redshift.unload.options import UnloadOptions

_CODECS = {"GZIP": "gzip", "BZIP2": "bz2", "ZSTD": "zstd"}
_IN_MEMORY = 1 << 24
_WRITTEN_AT_ONCE = 1 << 20


@dataclass(frozen=True)
class Written:
    """A file that is in S3; `records` include the header line."""

    url: str
    size: int
    records: int


class _Below(io.RawIOBase):
    """The file below a compressing stream, which would close what is still to be read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return self._file.write(data)


class _DataFile:
    """A data file on its way: it grows here and goes to S3 in one piece."""

    def __init__(
        self,
        key: str,
        kind: type[FileWriter],
        columns: Sequence[ResultColumn],
        options: UnloadOptions,
    ) -> None:
        self.key = key
        self.records = int(options.header)
        self._spool = cast(
            IO[bytes],
            tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY),  # noqa: SIM115 - until upload
        )
        self._sink: pa.NativeFile = pa.PythonFile(_Below(self._spool), mode="w")
        if options.compression:
            self._sink = pa.CompressedOutputStream(self._sink, _CODECS[options.compression])
        self._writer = kind(self._sink, columns, options)

    def write(self, texts: Sequence[pa.Array]) -> None:
        self._writer.write(texts)
        self.records += len(texts[0])

    @property
    def size(self) -> int:
        return self._spool.tell()

    def upload(self, destination: Destination) -> Written:
        self._writer.finish()
        self._sink.close()
        size = self.size
        self._spool.seek(0)
        destination.upload(self.key, self._spool)
        return Written(destination.url(self.key), size, self.records)


class Files:
    """All files of one UNLOAD."""

    def __init__(
        self,
        destination: Destination,
        kind: type[FileWriter],
        columns: Sequence[ResultColumn],
        options: UnloadOptions,
    ) -> None:
        self._destination = destination
        self._kind = kind
        self._all = columns
        self._options = options
        names = [column.name for column in columns]
        for name in options.partition_by:
            if name not in names:
                raise RedshiftError(f'column "{name}" of PARTITION BY is not in the query', "42703")
        self._keys = [names.index(name) for name in options.partition_by]
        self._kept = [
            position
            for position in range(len(columns))
            if options.include_partitions or position not in self._keys
        ]
        if not self._kept:
            raise RedshiftError("UNLOAD with PARTITION BY needs a column that is no partition's")
        self._columns = [columns[position] for position in self._kept]
        kind.check(self._columns)
        self._open: dict[tuple[str | None, ...], _DataFile] = {}
        self._numbers: dict[tuple[str | None, ...], int] = {}
        self._folders: dict[tuple[str | None, ...], str] = {}
        self.written: list[Written] = []
        self.rows = 0

    def write(self, csv: bytes) -> None:
        """Whole rows, as PostgreSQL's CSV gives them."""
        names = [str(position) for position in range(len(self._all))]
        table = pa_csv.read_csv(
            pa.BufferReader(csv),
            read_options=pa_csv.ReadOptions(
                column_names=names, use_threads=False, block_size=len(csv) + 1
            ),
            parse_options=pa_csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
            ),
        ).combine_chunks()
        self.rows += table.num_rows
        if not self._keys:
            self._write((), table)
            return
        rows: dict[tuple[str | None, ...], list[int]] = {}
        keys = zip(*(table.column(position).to_pylist() for position in self._keys), strict=True)
        for row, values in enumerate(keys):
            rows.setdefault(values, []).append(row)
        for values, listed in rows.items():
            self._write(values, table.take(pa.array(listed)).combine_chunks())

    def _write(self, values: tuple[str | None, ...], table: pa.Table) -> None:
        rows = max(1, table.num_rows * _WRITTEN_AT_ONCE // max(table.nbytes, 1))
        for first in range(0, table.num_rows, rows):
            self._write_part(values, table.slice(first, rows))

    def _write_part(self, values: tuple[str | None, ...], table: pa.Table) -> None:
        file = self._open.get(values)
        if file is not None and file.size + table.nbytes > self._options.max_file_size:
            self.written.append(self._open.pop(values).upload(self._destination))
            file = None
        if file is None:
            number = self._numbers.get(values, 0)
            if not number:
                self._folders[values] = self._destination.folder(values)
            self._numbers[values] = number + 1
            key = self._destination.key(self._folders[values], number)
            file = self._open[values] = _DataFile(key, self._kind, self._columns, self._options)
        file.write([table.column(position).combine_chunks() for position in self._kept])

    def finish(self) -> None:
        """Uploads what is open, then the manifest when one was asked for."""
        while self._open:
            values = next(iter(self._open))
            self.written.append(self._open.pop(values).upload(self._destination))
        if self._options.manifest and self.written:
            manifest = json.dumps(self._manifest(), indent=2)
            self._destination.put(self._destination.manifest_key, manifest.encode())

    def _manifest(self) -> dict[str, object]:
        """Redshift, "Unloading data to Amazon S3": the manifest's form, plain and VERBOSE."""
        if not self._options.verbose:
            return {
                "entries": [
                    {"url": file.url, "meta": {"content_length": file.size}}
                    for file in self.written
                ]
            }
        return {
            "entries": [
                {
                    "url": file.url,
                    "meta": {"content_length": file.size, "record_count": file.records},
                }
                for file in self.written
            ],
            "schema": {
                "elements": [
                    {"name": column.name, "type": column.manifest_type} for column in self._columns
                ]
            },
            "meta": {
                "content_length": sum(file.size for file in self.written),
                "record_count": sum(file.records for file in self.written),
            },
            "author": {"name": "Amazon Redshift", "version": "1.0.0"},
        }
