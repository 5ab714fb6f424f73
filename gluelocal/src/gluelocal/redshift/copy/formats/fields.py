"""Separated fields at native speed, for CSV and for plain delimited text without escapes.

Fields come as bytes: what they mean is decided by their columns. Lines with too few or too many
fields are handed back as errors, or filled up with FILLRECORD.
"""

import csv
import io
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from gluelocal.redshift.copy.formats.base import Input
from gluelocal.redshift.copy.rows import Batch, RowError
from gluelocal.redshift.errors import RedshiftError

EXTRA_COLUMNS = 1202
EMPTY_LINE = 1211
DELIMITER_NOT_FOUND = 1214
_INVALID_LINE = 1216
# More than a row may have: Redshift's limit is 4 MB.
_BLOCK = 4 << 20


class _Watched(io.RawIOBase):
    """Notes empty lines, which the parser cannot tell from rows of empty fields."""

    def __init__(self, inner: io.BufferedIOBase) -> None:
        self._inner = inner
        self._last = b"\n"
        self.saw_empty_line = False
        self.is_empty = True

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._inner.read(size)
        if data:
            self.is_empty = False
            seam = self._last + data
            self.saw_empty_line = self.saw_empty_line or b"\n\n" in seam or b"\n\r\n" in seam
            self._last = data[-2:]
        return data


def read_fields(given: Input, quote: str) -> Iterator[Batch]:
    """`quote` empty: none. RedshiftError when the file's lines cannot be told apart at all."""
    options, names = given.options, [column.name for column in given.target.columns]
    watched = _Watched(given.file)
    irregular: list[Any] = []

    def keep(row: Any) -> str:
        irregular.append(row)
        return "skip"

    try:
        reader = pyarrow.csv.open_csv(
            watched,
            pyarrow.csv.ReadOptions(
                use_threads=False,
                skip_rows=options.ignore_header,
                column_names=names,
                block_size=_BLOCK,
            ),
            pyarrow.csv.ParseOptions(
                delimiter=options.delimiter,
                quote_char=quote or False,
                newlines_in_values=bool(quote),
                ignore_empty_lines=options.ignore_blank_lines,
                invalid_row_handler=keep,
            ),
            pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.binary()),
                strings_can_be_null=False,
                check_utf8=False,
            ),
        )
        line = options.ignore_header + 1
        for table in reader:
            taken, irregular[:] = list(irregular), []
            lines = _numbers(line, len(table), taken)
            line += len(table) + len(taken)
            yield from _batches(given, table.columns, lines, taken, watched.saw_empty_line, quote)
        if irregular:
            yield from _batches(given, [], range(0), irregular, False, quote)
    except pa.ArrowInvalid as problem:
        if irregular:
            yield from _batches(given, [], range(0), irregular, False, quote)
        if "Empty CSV file" in str(problem):
            # Nothing in it, or nothing behind the header.
            return
        raise RedshiftError(f"The file {given.name} cannot be read: {problem}") from None


def _numbers(first: int, rows: int, irregular: list[Any]) -> list[int] | range:
    if not irregular:
        return range(first, first + rows)
    gone = {row.number for row in irregular}
    wanted: list[int] = []
    number = first
    while len(wanted) < rows:
        if number not in gone:
            wanted.append(number)
        number += 1
    return wanted


def _batches(
    given: Input,
    columns: list[pa.Array],
    lines: list[int] | range,
    irregular: list[Any],
    saw_empty_line: bool,
    quote: str,
) -> Iterator[Batch]:
    options = given.options
    rejected = [_reject(given, row) for row in irregular if not _fillable(given, row)]
    filled = [row for row in irregular if _fillable(given, row)]
    if saw_empty_line and len(columns) > 1:
        empty = columns[0]
        every = pc.equal(pc.binary_length(empty), 0)
        for column in columns[1:]:
            every = pc.and_(every, pc.equal(pc.binary_length(column), 0))
        if pc.any(every).as_py():
            gone = every.to_pylist()
            rejected += [
                RowError(given.name, lines[row], EMPTY_LINE, "Line was empty")
                for row, is_empty in enumerate(gone)
                if is_empty
            ]
            lines = [line for line, is_empty in zip(lines, gone, strict=True) if not is_empty]
            columns = [column.filter(pc.invert(every)) for column in columns]
    yield Batch(
        given.name,
        [nulls(column, options.null_as) for column in columns]
        or [pa.array([], pa.binary()) for _ in given.target.columns],
        lines,
        lambda row: _raw(columns, row, options.delimiter, quote),
        rejected,
    )
    if filled:
        yield _fill(given, filled, quote)


def nulls(column: pa.Array, null_as: str) -> pa.Array:
    """NULL where a field is the NULL AS string."""
    is_null = pc.equal(column, pa.scalar(null_as.encode(), pa.binary()))
    return pc.if_else(is_null, pa.scalar(None, pa.binary()), column)


def _fillable(given: Input, row: Any) -> bool:
    return given.options.fill_record and row.actual_columns < row.expected_columns


def _reject(given: Input, row: Any) -> RowError:
    if row.actual_columns > row.expected_columns:
        code, reason = EXTRA_COLUMNS, "Extra column(s) found"
    else:
        code, reason = DELIMITER_NOT_FOUND, "Delimiter not found"
    return RowError(given.name, row.number or 0, code, reason, raw_line=row.text)


def _fill(given: Input, rows: list[Any], quote: str) -> Batch:
    """FILLRECORD: strings that are missing at the end are empty, all else is NULL."""
    width = len(given.target.columns)
    columns: list[list[bytes | None]] = [[] for _ in range(width)]
    for row in rows:
        delimiter = given.options.delimiter
        if quote:
            fields = next(csv.reader([row.text], delimiter=delimiter, quotechar=quote))
        else:
            fields = row.text.split(delimiter)
        for number in range(width):
            # An empty field of any other type than a string becomes NULL by itself.
            columns[number].append(fields[number].encode() if number < len(fields) else b"")
    arrays = [nulls(pa.array(column, pa.binary()), given.options.null_as) for column in columns]
    numbers = [row.number or 0 for row in rows]
    return Batch(given.name, arrays, numbers, lambda row: str(rows[row].text))


def _raw(columns: list[pa.Array], row: int, delimiter: str, quote: str) -> str:
    """A line as it may have stood in the file."""
    fields = [(column[row].as_py() or b"").decode("utf-8", "replace") for column in columns]
    if not quote:
        return delimiter.join(fields)
    line = io.StringIO()
    csv.writer(line, delimiter=delimiter, quotechar=quote, lineterminator="").writerow(fields)
    return line.getvalue()
