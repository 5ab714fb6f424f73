"""Delimited text as records of cells, and the types of its columns."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gluelocal.crawler.hive_types import BIGINT, DOUBLE, NULL, STRING, HiveType

_WHOLE = re.compile(r"[+-]?[0-9]+")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_BIGINT_MIN, _BIGINT_MAX = -(2**63), 2**63 - 1
# Any whole number of so many characters fits, which spares the conversion of most cells.
_SURELY_BIGINT = 18


@dataclass(frozen=True)
class Records:
    """`rows` of cells, quotes taken off; blank lines are left out.

    `length` is how many characters the rows took; `first_row_quoted` tells whether every cell of
    the first row stood in quotes.
    """

    rows: list[list[str]]
    length: int
    first_row_quoted: bool


def split_records(text: str, delimiter: str, quote: str, complete: bool) -> Records:
    """Splits text at line ends and delimiters that are not inside quotes.

    When the text is only the beginning of a file (`complete` false), its last record may be cut
    off, so it is left out.
    """
    cells = _cell_pattern(delimiter, quote)
    rows: list[list[str]] = []
    row: list[str] = []
    quoted = 0
    first_row_quoted = False
    length = 0
    for found in cells.finditer(text):
        inside, unclosed, plain, end = found.groups()
        if unclosed is not None and not complete:
            break
        if inside is not None:
            row.append(inside.replace(quote * 2, quote))
            quoted += 1
        else:
            row.append(plain if unclosed is None else unclosed)
        if end == delimiter:
            continue
        at_end = end == ""
        if at_end and not complete:
            break
        if len(row) > 1 or row[0]:
            if not rows:
                first_row_quoted = quoted == len(row)
            rows.append(row)
        row, quoted, length = [], 0, found.end()
        if at_end:
            break
    return Records(rows, length, first_row_quoted)


def column_types(rows: Sequence[Sequence[str]], width: int, trim: bool) -> list[HiveType]:
    """The type of each of the first `width` columns over all rows."""
    return [_type_of(_values(rows, position, trim)) for position in range(width)]


def is_text(cell: str) -> bool:
    """Whether a header cell parses as nothing but a string."""
    return _DECIMAL.fullmatch(cell.strip()) is None


def _values(rows: Iterable[Sequence[str]], position: int, trim: bool) -> list[str]:
    """A column's cells without the empty ones, which fit every type; short rows have none."""
    cells = (row[position] for row in rows if len(row) > position)
    return [cell for cell in (map(str.strip, cells) if trim else cells) if cell]


def _type_of(values: Sequence[str]) -> HiveType:
    """bigint, double or string (Glue Developer Guide, add-classifier, and observed tables).

    A column without values has no type yet: another file of the table may give it one.

    A whole number beyond bigint makes the column a string: a double would lose its digits.
    """
    if not values:
        return NULL
    if all(map(_WHOLE.fullmatch, values)):
        return BIGINT if all(map(_fits_bigint, values)) else STRING
    return DOUBLE if all(map(_DECIMAL.fullmatch, values)) else STRING


def _fits_bigint(value: str) -> bool:
    if len(value) <= _SURELY_BIGINT:
        return True
    # int() refuses thousands of digits, and no bigint has them.
    digits = value.lstrip("+-").lstrip("0")
    return len(digits) <= _SURELY_BIGINT + 1 and _BIGINT_MIN <= int(value[-20:]) <= _BIGINT_MAX


def _cell_pattern(delimiter: str, quote: str) -> re.Pattern[str]:
    """One cell and what ends it: quoted, quoted to the very end of the text, or plain.

    Blanks around a quoted cell are ignored, as trimming does; a quote inside a plain cell is text.
    """
    d, end = re.escape(delimiter), rf"({re.escape(delimiter)}|\r\n|\n|\r|\Z)"
    blanks = r"[ \t]*+" if delimiter != "\t" else r"[ ]*+"
    plain = rf"([^{d}\r\n]*+)"
    if not quote:
        return re.compile(rf"(?:(\Z\A)|(\Z\A)|{plain}){end}")
    q = re.escape(quote)
    inside = rf"{blanks}{q}((?>[^{q}]|{q}{q})*+)"
    return re.compile(rf"(?:{inside}{q}{blanks}(?={d}|\r|\n|\Z)|{inside}(?=\Z)|{plain}){end}")
