"""The built-in JSON classifier: objects or arrays, one after the other."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from gluelocal.crawler.formats.protocol import TEXT_INPUT, TEXT_OUTPUT, Detected, Storage
from gluelocal.crawler.hive_types import (
    BIGINT,
    BOOLEAN,
    DOUBLE,
    INT,
    NULL,
    STRING,
    Array,
    HiveType,
    Struct,
    merge,
    merge_all,
)
from gluelocal.crawler.sample import Sample
from gluelocal.crawler.schema import Column, catalog_names

OPENX = "org.openx.data.jsonserde.JsonSerDe"
_SEPARATORS = re.compile(r"[\s,]*")
_BLANKS = re.compile(r"\s*")
_INT_MAX, _BIGINT_MAX = 2**31, 2**63


class _NotJsonError(Exception):
    """The text is not a sequence of JSON objects or arrays."""


class Json:
    """JSON lines, objects over several lines, or arrays.

    A root array becomes one column named `array`, as AWS's classifier does it; to get the elements
    as rows, write one object a line.
    """

    name = "json"

    def sniff(self, sample: Sample) -> Detected | None:
        text = sample.text
        if text is None or not text.lstrip().startswith(("{", "[")):
            return None
        fields: dict[str, HiveType] = {}
        records = length = 0
        try:
            for value, end in _values(text, sample.complete):
                for name, cell in _as_object(value).items():
                    fields[name] = merge(fields.get(name, NULL), _type_of(cell))
                records, length = records + 1, end
        except _NotJsonError:
            return None
        if not fields:
            return None
        names = catalog_names(fields)
        return Detected(
            classification="json",
            columns=tuple(map(Column, names, fields.values())),
            storage=Storage(TEXT_INPUT, TEXT_OUTPUT, OPENX, {"paths": ",".join(sorted(fields))}),
            parameters={},
            records=records,
            record_bytes=len(text[:length].encode()),
        )


def _as_object(value: Any) -> Mapping[str, Any]:
    if isinstance(value, dict):
        return value
    if isinstance(value, list):
        return {"array": value}
    raise _NotJsonError


def _values(text: str, complete: bool) -> Iterator[tuple[Any, int]]:
    """Each root value with the position after it; a value that the sample's end cut is left out.

    Of a cut root array come the elements that are there.
    """
    decode = json.JSONDecoder().raw_decode
    position = _end(_BLANKS, text, 0)
    seen = False
    while position < len(text):
        try:
            value, position = decode(text, position)
        except (ValueError, RecursionError) as problem:
            if complete:
                raise _NotJsonError from problem
            if not seen and text[position] == "[":
                yield _elements(text, position), len(text)
            elif not seen:
                raise _NotJsonError from problem
            return
        seen = True
        yield value, position
        position = _end(_BLANKS, text, position)


def _elements(text: str, position: int) -> list[Any]:
    """The whole elements of an array whose end is missing."""
    decode = json.JSONDecoder().raw_decode
    elements = []
    position = _end(_SEPARATORS, text, position + 1)
    while position < len(text):
        try:
            element, position = decode(text, position)
        except (ValueError, RecursionError):
            break
        elements.append(element)
        position = _end(_SEPARATORS, text, position)
    if not elements:
        raise _NotJsonError
    return elements


def _end(pattern: re.Pattern[str], text: str, position: int) -> int:
    found = pattern.match(text, position)
    return found.end() if found else position


def _type_of(value: Any) -> HiveType:
    match value:
        case None:
            return NULL
        case bool():
            return BOOLEAN
        case int():
            if -_INT_MAX <= value < _INT_MAX:
                return INT
            return BIGINT if -_BIGINT_MAX <= value < _BIGINT_MAX else STRING
        case float():
            return DOUBLE
        case list():
            return Array(merge_all(map(_type_of, value)))
        case dict():
            return Struct(tuple((name, _type_of(one)) for name, one in value.items()))
    return STRING
