"""The built-in CSV classifier (Glue Developer Guide, add-classifier)."""

import re
from collections.abc import Sequence

from gluelocal.crawler.formats.delimited import (
    Records,
    column_types,
    is_text,
    split_records,
)
from gluelocal.crawler.formats.protocol import TEXT_INPUT, TEXT_OUTPUT, Detected, Storage
from gluelocal.crawler.hive_types import NULL, STRING, HiveType
from gluelocal.crawler.sample import Sample
from gluelocal.crawler.schema import MAX_NAME, Column, catalog_names

DELIMITERS = (",", "|", "\t", ";", "\u0001")
LAZY_SIMPLE = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
MIN_COLUMNS = 2
MIN_ROWS = 2
MAX_HEADER_CELL = 150
# AWS does not say how many rows must agree; this figure is ours (see docs/crawlers.md).
MIN_AGREEING = 0.7
# Enough to tell delimiters apart; the whole sample is read with the best one only.
_PROBE_CHARACTERS = 256 * 1024
# The API's pattern of a column's name (ColumnNameString): one line without control characters.
_COLUMN_NAME = re.compile(r"[\t\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")


class Csv:
    """Text of at least two columns and two rows, in one of five delimiters."""

    name = "csv"

    def sniff(self, sample: Sample) -> Detected | None:
        if sample.text is None or "\x00" in sample.text:
            return None
        delimiter = _best_delimiter(sample.text, sample.complete)
        if delimiter is None:
            return None
        records = split_records(sample.text, delimiter, '"', sample.complete)
        if len(records.rows) < MIN_ROWS:
            return None
        width = len(records.rows[0])
        types = column_types(records.rows[1:], width, trim=True)
        if is_header(records.rows[0], types):
            names, rows, skipped = records.rows[0], records.rows[1:], 1
        else:
            names, rows, skipped = [f"col{position}" for position in range(width)], records.rows, 0
            types = column_types(rows, width, trim=True)
        return Detected(
            classification="csv",
            columns=columns(names, types),
            storage=Storage(TEXT_INPUT, TEXT_OUTPUT, LAZY_SIMPLE, {"field.delim": delimiter}),
            parameters=parameters(delimiter, records, skipped),
            records=len(rows),
            record_bytes=byte_length(sample, records),
        )


def is_header(cells: Sequence[str], types_below: Sequence[HiveType]) -> bool:
    """Whether a first row is a header: all of the guide's conditions hold.

    An all-string file has no header that could be told from its data.
    """
    return (
        all(map(is_text, cells))
        and any(cell.strip() for cell in cells)
        and all(len(cell) < MAX_HEADER_CELL for cell in cells[:-1])
        and all(_COLUMN_NAME.fullmatch(cell) and len(cell) <= MAX_NAME for cell in cells)
        and any(type_ not in (STRING, NULL) for type_ in types_below)
    )


def columns(names: Sequence[str], types: Sequence[HiveType]) -> tuple[Column, ...]:
    return tuple(map(Column, catalog_names(names), types))


def parameters(delimiter: str, records: Records, skipped: int) -> dict[str, str]:
    """The table parameters that only CSV tables have."""
    return {
        "delimiter": delimiter,
        "columnsOrdered": "true",
        "areColumnsQuoted": str(records.first_row_quoted).lower(),
        **({"skip.header.line.count": str(skipped)} if skipped else {}),
    }


def byte_length(sample: Sample, records: Records) -> int:
    text = sample.text or ""
    return len(text[: records.length].encode())


def fits_width(row: Sequence[str], width: int) -> bool:
    """Whether a row has that many cells; one empty cell more is a trailing delimiter."""
    return len(row) == width or (len(row) == width + 1 and not row[-1].strip())


def _best_delimiter(text: str, complete: bool) -> str | None:
    """The delimiter that gives most columns in most rows, None when none gives two of each."""
    probe = text[:_PROBE_CHARACTERS]
    whole = complete and len(probe) == len(text)
    best, best_score = None, 0.0
    for delimiter in DELIMITERS:
        if delimiter not in probe:
            continue
        rows = split_records(probe, delimiter, '"', whole).rows
        if len(rows) < MIN_ROWS and not whole:
            # Records longer than the probe are rare, and then the whole sample has to do.
            rows = split_records(text, delimiter, '"', complete).rows
        if len(rows) < MIN_ROWS or len(rows[0]) < MIN_COLUMNS:
            continue
        width = len(rows[0])
        agreeing = sum(fits_width(row, width) for row in rows) / len(rows)
        if agreeing >= MIN_AGREEING and agreeing * (width - 1) > best_score:
            best, best_score = delimiter, agreeing * (width - 1)
    return best
