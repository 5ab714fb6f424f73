"""Picking values out of nested records: by column name, or by a jsonpaths file."""

import json
import re
from collections.abc import Callable

from gluelocal.redshift.copy.formats.base import Input
from gluelocal.redshift.errors import NotSupportedError, RedshiftError, SqlSyntaxError

Picker = Callable[[object], list[object]]
_STEP = re.compile(
    r"\.([^.\[\]]+)|\[\s*(\d+)\s*\]|\[\s*'((?:[^'\\]|\\.)*)'\s*\]|\[\s*\"([^\"]*)\"\s*\]"
)
_BAD_INDEX = "Invalid JSONPath format: Not an array or index out of range."


class PathError(Exception):
    """A record that a path doesn't fit; the text is Redshift's."""


def picker(given: Input, format_name: str) -> Picker:
    """The way from a record to the target's columns, by the format's argument."""
    names = [column.name for column in given.target.columns]
    argument = given.options.format_argument
    if argument == "auto":
        return lambda record: _by_name(record, names)
    if argument == "auto ignorecase":
        lowered = [name.lower() for name in names]
        return lambda record: _by_name(_lower_keys(record), lowered)
    if argument.startswith("s3://"):
        paths = _read_paths(given.fetch(argument), len(names))
        return lambda record: [_walk(record, path) for path in paths]
    if argument == "noshred" and format_name == "JSON":
        if len(names) != 1 or given.target.columns[0].type != "super":
            raise SqlSyntaxError("JSON 'noshred' needs one target column of type SUPER")
        return lambda record: [record]
    raise NotSupportedError(
        f"{format_name} '{argument}'",
        hint="It takes 'auto', 'auto ignorecase' or 's3://jsonpaths'.",
    )


def _by_name(record: object, names: list[str]) -> list[object]:
    if not isinstance(record, dict):
        raise PathError("Invalid JSONPath format: the root is no object; use a jsonpaths file.")
    return [record.get(name) for name in names]


def _lower_keys(record: object) -> object:
    if isinstance(record, dict):
        return {str(key).lower(): value for key, value in record.items()}
    return record


def _read_paths(text: str, columns: int) -> list[list[str | int]]:
    try:
        paths = json.loads(text)["jsonpaths"]
    except (ValueError, KeyError, TypeError):
        raise RedshiftError('Invalid JSONPath file: expected {"jsonpaths": [...]}') from None
    if len(paths) != columns:
        raise RedshiftError(
            f"Number of jsonpaths and the number of columns should match. "
            f"JSONPath size: {len(paths)}, Number of columns in table or column list: {columns}"
        )
    return [_parse(str(path)) for path in paths]


def _parse(path: str) -> list[str | int]:
    position = 1
    steps: list[str | int] = []
    while position < len(path):
        found = _STEP.match(path, position)
        if found is None:
            break
        member, index, single, double = found.groups()
        steps.append(int(index) if index is not None else member or single or double)
        position = found.end()
    if not path.startswith("$") or position < len(path):
        raise RedshiftError(f"Invalid JSONPath format: {path}")
    return steps


def _walk(record: object, path: list[str | int]) -> object:
    for step in path:
        if isinstance(step, int):
            if not isinstance(record, list) or step >= len(record):
                raise PathError(_BAD_INDEX)
            record = record[step]
        elif isinstance(record, dict):
            record = record.get(step)
        else:
            return None
    return record
