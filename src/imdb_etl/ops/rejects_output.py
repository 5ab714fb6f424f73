"""How rejected rows are printed, one after the other: there may be millions."""

import json
from collections.abc import Callable, Iterable, Sequence

from imdb_etl.names import REJECT_REASONS, SOURCE_FILE
from imdb_etl.ops.rejects import Row, cell, reasons
from imdb_etl.ops.settings import Settings

Write = Callable[[str], object]


def key_columns(settings: Settings) -> list[str]:
    """The source's columns that identify a row."""
    return [one.source for one in settings.columns if one.name in settings.redshift.key]


def write_blocks(rejected: Iterable[Row], key: Sequence[str], write: Write) -> None:
    """A block of lines a row: its `key` columns, why it was rejected, and its file."""
    for row in rejected:
        write(_plain(", ".join(cell(row, name) or "(empty)" for name in key)) + "\n")
        for reason in reasons(row, REJECT_REASONS):
            write(_plain(f"  {reason}") + "\n")
        write(_plain(f"  in {cell(row, SOURCE_FILE)}") + "\n")


def write_lines(lines: Iterable[str], write: Write) -> None:
    """A JSON object a line, as the job wrote it."""
    for line in lines:
        write(line + "\n")


def _plain(text: str) -> str:
    # A terminal would obey what a cell may contain.
    return "".join(letter if letter.isprintable() else json.dumps(letter)[1:-1] for letter in text)
