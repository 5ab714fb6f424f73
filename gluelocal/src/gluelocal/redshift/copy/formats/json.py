"""JSON: objects one behind the other, with any white space between them.

Numbers keep the digits that the file has: they are never read as floats.
"""

import codecs
import json
import re
from collections.abc import Iterator

import pyarrow as pa

from gluelocal.redshift.copy.formats.base import Input, register
from gluelocal.redshift.copy.formats.paths import PathError, picker
from gluelocal.redshift.copy.rows import Batch, RowError

_INVALID_JSON = 1216
_CHUNK = 1 << 20
_LONGEST = 4 << 20
_BATCH = 20_000
_SPACE = re.compile(r"\s*")


class Number(str):
    """A number as written."""

    __slots__ = ()


_DECODER = json.JSONDecoder(
    parse_float=Number, parse_int=Number, parse_constant=Number, strict=False
)


@register("JSON")
def read_json(given: Input) -> Iterator[Batch]:
    """Stops at what is no JSON: where the next object starts cannot be known."""
    pick = picker(given, "JSON")
    width = len(given.target.columns)
    rows: list[list[bytes | None]] = []
    numbers: list[int] = []
    texts: list[str] = []
    rejected: list[RowError] = []

    def batch() -> Batch:
        kept = list(texts)
        made = Batch(
            given.name,
            [pa.array([row[n] for row in rows], pa.binary()) for n in range(width)],
            list(numbers),
            lambda row: kept[row],
            list(rejected),
        )
        for collected in (rows, numbers, texts, rejected):
            collected.clear()
        return made

    for number, text, record, problem in _objects(given):
        if not problem:
            try:
                rows.append([_bytes(value) for value in pick(record)])
                numbers.append(number)
                texts.append(text)
            except PathError as found:
                problem = str(found)
        if problem:
            rejected.append(RowError(given.name, number, _INVALID_JSON, problem, raw_line=text))
        if len(rows) + len(rejected) >= _BATCH:
            yield batch()
    yield batch()


def _objects(given: Input) -> Iterator[tuple[int, str, object, str]]:
    """Line, text, value and what is wrong, of every object; the file is read in pieces."""
    decode = codecs.getincrementaldecoder("utf-8-sig")("surrogateescape").decode
    buffer = ""
    position = 0
    line = 1
    at_end = False
    while True:
        start = _SPACE.match(buffer, position)
        assert start is not None
        line += buffer.count("\n", position, start.end())
        position = start.end()
        if position < len(buffer):
            try:
                record, end = _DECODER.raw_decode(buffer, position)
            except ValueError as problem:
                if at_end or len(buffer) - position > _LONGEST:
                    yield line, buffer[position : position + 1024], None, f"Invalid JSON: {problem}"
                    return
            else:
                yield line, buffer[position : min(end, position + 1024)], record, ""
                line += buffer.count("\n", position, end)
                position = end
                continue
        elif at_end:
            return
        data = given.file.read(_CHUNK)
        at_end = not data
        buffer = buffer[position:] + decode(data, at_end)
        position = 0


def _bytes(value: object) -> bytes | None:
    if value is None:
        return None
    text = value if isinstance(value, str) else json_text(value)
    return text.encode("utf-8", "surrogateescape")


def json_text(value: object) -> str:
    """A nested value as JSON again, its numbers as they were."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, dict):
        members = (f"{json.dumps(str(key))}:{json_text(item)}" for key, item in value.items())
        return "{" + ",".join(members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(json_text, value)) + "]"
    return json.dumps(value, ensure_ascii=False, default=str)
