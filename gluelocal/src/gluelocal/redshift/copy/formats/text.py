"""Delimited text, the default: a row a line, no quoting; ESCAPE and REMOVEQUOTES on request.

A backslash is data without ESCAPE. With it, a backslash makes the next character, a newline
included, part of the field; only `\\N` keeps its meaning as the NULL AS string.
"""

from collections.abc import Callable, Iterator

import pyarrow as pa

from gluelocal.redshift.copy.formats.base import Input, register
from gluelocal.redshift.copy.formats.fields import (
    DELIMITER_NOT_FOUND,
    EMPTY_LINE,
    EXTRA_COLUMNS,
    nulls,
    read_fields,
)
from gluelocal.redshift.copy.rows import Batch, RowError
from gluelocal.redshift.errors import NotSupportedError, SqlSyntaxError

_BATCH = 20_000
_BACKSLASH = ord("\\")


@register("TEXT")
def read_text(given: Input) -> Iterator[Batch]:
    options = given.options
    if options.escape:
        return _read_lines(given, lambda line: _split_escaped(line, options.delimiter.encode()))
    if options.remove_quotes:
        return _read_lines(given, lambda line: _split_quoted(line, options.delimiter.encode()))
    return read_fields(given, "")


@register("FIXEDWIDTH")
def read_fixed_width(given: Input) -> Iterator[Batch]:
    widths = _widths(given)
    if given.options.escape:
        raise NotSupportedError("ESCAPE with FIXEDWIDTH")
    return _read_lines(given, lambda line: _split_widths(line, widths))


def _widths(given: Input) -> list[int]:
    """`label:width,label:width`: the order counts, the labels don't."""
    try:
        widths = [int(part.split(":")[1]) for part in given.options.format_argument.split(",")]
    except (IndexError, ValueError):
        raise SqlSyntaxError("FIXEDWIDTH takes 'label:width,label:width,…'") from None
    if len(widths) != len(given.target.columns):
        raise SqlSyntaxError(
            f"FIXEDWIDTH gives {len(widths)} columns, the table takes {len(given.target.columns)}"
        )
    return widths


def _read_lines(given: Input, split: Callable[[bytes], list[bytes]]) -> Iterator[Batch]:
    options, width = given.options, len(given.target.columns)
    rows: list[list[bytes]] = []
    texts: list[bytes] = []
    numbers: list[int] = []
    rejected: list[RowError] = []

    def batch() -> Batch:
        kept = list(texts)
        columns = [pa.array([row[n] for row in rows], pa.binary()) for n in range(width)]
        made = Batch(
            given.name,
            [nulls(column, options.null_as) for column in columns],
            list(numbers),
            lambda row: kept[row].decode("utf-8", "replace"),
            list(rejected),
        )
        for collected in (rows, texts, numbers, rejected):
            collected.clear()
        return made

    for number, line in _lines(given):
        if number <= options.ignore_header:
            continue
        if not line and width > 1:
            if not options.ignore_blank_lines:
                rejected.append(RowError(given.name, number, EMPTY_LINE, "Line was empty"))
            continue
        fields = split(line)
        if len(fields) < width and options.fill_record:
            fields += [b""] * (width - len(fields))
        if len(fields) == width:
            rows.append(fields)
            texts.append(line)
            numbers.append(number)
        else:
            more = len(fields) > width
            code = EXTRA_COLUMNS if more else DELIMITER_NOT_FOUND
            reason = "Extra column(s) found" if more else "Delimiter not found"
            raw = line.decode("utf-8", "replace")
            rejected.append(RowError(given.name, number, code, reason, raw_line=raw))
        if len(rows) + len(rejected) >= _BATCH:
            yield batch()
    yield batch()


def _lines(given: Input) -> Iterator[tuple[int, bytes]]:
    """Numbers and lines; with ESCAPE a newline behind an odd number of backslashes goes on."""
    pending = b""
    first = 0
    for number, raw in enumerate(given.file, 1):
        line = raw.rstrip(b"\n").removesuffix(b"\r")
        first = first or number
        backslashes = len(line) - len(line.rstrip(b"\\"))
        if given.options.escape and backslashes % 2 and raw.endswith(b"\n"):
            pending += raw
            continue
        yield first, pending + line
        pending, first = b"", 0
    if pending:
        yield first, pending


def _split_escaped(line: bytes, delimiter: bytes) -> list[bytes]:
    fields: list[bytes] = []
    field = bytearray()
    start = 0
    position = 0
    while position < len(line):
        byte = line[position]
        if byte == _BACKSLASH and position + 1 < len(line):
            field.append(line[position + 1])
            position += 2
            continue
        if byte == delimiter[0]:
            fields.append(_unless_null(line[start:position], field))
            field = bytearray()
            start = position + 1
        else:
            field.append(byte)
        position += 1
    fields.append(_unless_null(line[start:], field))
    return fields


def _unless_null(written: bytes, unescaped: bytearray) -> bytes:
    return written if written == b"\\N" else bytes(unescaped)


def _split_quoted(line: bytes, delimiter: bytes) -> list[bytes]:
    """REMOVEQUOTES: a delimiter inside of quotes is data, the quotes around a field go."""
    fields: list[bytes] = []
    position = 0
    while True:
        quote = line[position : position + 1]
        close = line.find(quote + delimiter, position + 1) if quote in (b'"', b"'") else -1
        ends_quoted = quote in (b'"', b"'") and line.endswith(quote) and len(line) > position + 1
        if close >= 0:
            fields.append(line[position + 1 : close])
            position = close + 2
        elif ends_quoted:
            fields.append(line[position + 1 : -1])
            return fields
        else:
            end = line.find(delimiter, position)
            if end < 0:
                fields.append(line[position:])
                return fields
            fields.append(line[position:end])
            position = end + 1


def _split_widths(line: bytes, widths: list[int]) -> list[bytes]:
    # Widths count characters; trailing blanks fill a field up and are not part of it.
    text = line.decode("utf-8", "surrogateescape")
    fields: list[bytes] = []
    position = 0
    for width in widths:
        if position >= len(text) and fields:
            break
        field = text[position : position + width].rstrip(" ")
        fields.append(field.encode("utf-8", "surrogateescape"))
        position += width
    if position < len(text):
        fields.append(text[position:].encode("utf-8", "surrogateescape"))
    return fields
