"""`jsonPath`: which parts of a JSON text are the records; and JSON texts that follow each other."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from awsglue.data_source.json_text import Written, json_text
from awsglue.errors import InvalidOptionError, NotSupportedError

Steps = Sequence[str | int]
"""A path's steps: a field's name, an element's number, or "*"."""

EVERY = "*"

_STEP = re.compile(
    r"\.(?P<name>[^.\[\]*]+)|\[(?P<quote>['\"])(?P<quoted>.*?)(?P=quote)\]"
    r"|\[(?P<number>-?\d+)\]|(?P<every>\.\*|\[\*\])"
)
_BLANKS = re.compile(r"[\s,]*")


def parse(path: str) -> Steps:
    """`$.a.b[*]['c d'][0]` as steps; NotSupportedError for JsonPath's filters and searches."""
    if not path:
        return ()
    if not path.startswith("$"):
        raise InvalidOptionError(f"jsonPath {path!r} must begin with $, such as $.records[*]")
    steps: list[str | int] = []
    position = 1
    while position < len(path):
        found = _STEP.match(path, position)
        if found is None:
            raise NotSupportedError(
                f"jsonPath {path!r} from {path[position:]!r} on", "use names, [n] and [*]"
            )
        if found["number"]:
            steps.append(int(found["number"]))
        else:
            steps.append(EVERY if found["every"] else found["name"] or found["quoted"])
        position = found.end()
    return steps


def values(text: str) -> Iterator[Any]:
    """The JSON values of a text, one after the other; ValueError where it is no JSON."""
    decode = json.JSONDecoder(parse_float=Written, parse_int=Written).raw_decode
    position = _end(text, 0)
    while position < len(text):
        value, position = decode(text, position)
        yield value
        position = _end(text, position)


def records(value: Any, steps: Steps) -> Iterator[str]:
    """The JSON texts of the records at the end of the steps; an array there has them as elements.

    ValueError for one that is no object.
    """
    for found in _followed(value, steps):
        for record in found if isinstance(found, list) else [found]:
            if not isinstance(record, dict):
                raise ValueError(f"{json_text(record)[:80]} is no object, and so no record")
            yield json_text(record)


def _followed(value: Any, steps: Steps) -> Iterator[Any]:
    if not steps:
        yield value
        return
    step, below = steps[0], steps[1:]
    if step == EVERY and isinstance(value, list | dict):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _followed(each, below)
    elif isinstance(value, list) and isinstance(step, int):
        if -len(value) <= step < len(value):
            yield from _followed(value[step], below)
    elif isinstance(value, dict) and step in value:
        yield from _followed(value[step], below)


def _end(text: str, position: int) -> int:
    found = _BLANKS.match(text, position)
    assert found is not None
    return found.end()
