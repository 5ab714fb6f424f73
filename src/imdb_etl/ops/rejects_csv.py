"""Rejected rows as CSV: for an editor, and for another run. Never all of them in memory."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from imdb_etl.names import OUTCOME_COLUMNS, REJECT_REASONS, RUN_ID, SOURCE_FILE
from imdb_etl.ops.rejects import RejectsError, Row, cell

ADDED_COLUMNS = frozenset((*OUTCOME_COLUMNS, REJECT_REASONS, RUN_ID, SOURCE_FILE))
"""What the pipeline adds to a rejected row; all other columns are the source's."""

_CHUNK_CHARACTERS = 64 * 1024


def source_columns(
    cataloged: Iterable[str], rejected: Iterable[Row], mapped: Iterable[str]
) -> tuple[str, ...]:
    """The source's columns: those of its catalog table, then those that only rows have.

    NULL cells are left out of the rows' JSON, so a column that the load needs (`mapped`) may be in
    no row; without a catalog table it comes last.
    """
    names = dict.fromkeys(cataloged)
    for row in rejected:
        names |= {name: None for name in row if name not in ADDED_COLUMNS}
    return tuple(names | dict.fromkeys(mapped))


def cells(rejected: Iterable[Row], columns: Sequence[str]) -> Iterator[list[str]]:
    """The rows' cells in the order of the columns; NULL and empty text are both empty."""
    for row in rejected:
        yield [cell(row, name) for name in columns]


def encode(columns: Sequence[str], records: Iterable[Sequence[str]]) -> Iterator[str]:
    """A CSV in pieces of text: the header, then a line a record; quotes are doubled in quotes."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for record in records:
        writer.writerow(record)
        if text.tell() > _CHUNK_CHARACTERS:
            yield text.getvalue()
            text.seek(0)
            text.truncate()
    yield text.getvalue()


def corrected(file: Path, columns: Sequence[str]) -> Iterator[list[str]]:
    """The records of an edited CSV, in the order of `columns`.

    The header is checked at once, each record when its turn comes: RejectsError names the file,
    the line and what is wrong.
    """
    header, order = _checked_header(file, columns)
    return _records(file, header, order)


def one_line(records: Iterable[list[str]]) -> Iterator[list[str]]:
    """The same records; RejectsError for a cell with a line break, which the job cannot read."""
    for number, record in enumerate(records, start=1):
        for text in record:
            if "\n" in text or "\r" in text:
                raise RejectsError(
                    f"row {number}: the cell {text[:100]!r} has a line break, and the job reads a "
                    "row a line; take it out in a corrected file (`imdb-etl rejects replay RUN "
                    "--corrected FILE.csv`)"
                )
        yield record


def _checked_header(file: Path, columns: Sequence[str]) -> tuple[int, list[int]]:
    """The number of cells of a row, and the position of each of `columns` in it."""
    _, header = next(_read(file), (1, []))
    names = [name.strip().lower() for name in header]
    expected = [name.lower() for name in columns]
    problems = []
    if doubled := sorted({name for name in names if names.count(name) > 1}):
        problems.append(f"has {', '.join(doubled)} more than once")
    if missing := [name for name in expected if name not in names]:
        problems.append(f"lacks {', '.join(missing)}")
    if unknown := [name for name in names if name not in expected]:
        problems.append(f"has {', '.join(map(repr, unknown))}, which the run's source has not")
    if problems:
        raise RejectsError(
            f"{file}: the header {' and '.join(problems)}; the columns are {', '.join(columns)}, "
            "separated by commas. Nothing was uploaded"
        )
    return len(names), [names.index(name) for name in expected]


def _records(file: Path, length: int, order: Sequence[int]) -> Iterator[list[str]]:
    reader = _read(file)
    next(reader)
    for line, record in reader:
        if len(record) != length:
            raise RejectsError(
                f"{file}, line {line}: {len(record)} cells, and the header has {length}. Is a cell "
                "with a comma not in quotes? Nothing was uploaded"
            )
        yield [record[position] for position in order]


def _read(file: Path) -> Iterator[tuple[int, list[str]]]:
    """The records with the lines that they end on; blank lines are left out."""
    try:
        # Spreadsheets put a mark in front, which is not part of the first column's name.
        with file.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, strict=True)
            yield from ((reader.line_num, record) for record in reader if record)
    except OSError as problem:
        raise RejectsError(f"{file} cannot be read: {problem.strerror}") from problem
    except (csv.Error, UnicodeDecodeError) as problem:
        raise RejectsError(f"{file} is not a CSV in UTF-8: {problem}") from problem


class TextStream(io.RawIOBase):
    """Pieces of text as a file of UTF-8 bytes that can be read once, from its start."""

    def __init__(self, pieces: Iterator[str]) -> None:
        self._pieces = pieces
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._left = piece.encode()
        taken = self._left[: len(buffer)]
        self._left = self._left[len(taken) :]
        buffer[: len(taken)] = taken
        return len(taken)
