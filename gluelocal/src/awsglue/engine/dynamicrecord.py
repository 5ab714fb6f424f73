"""What a user's Python function is given: one record of a frame."""

from collections.abc import Callable, Sequence
from typing import Any

from pyspark.sql import Row
from pyspark.sql import types as S

from awsglue.engine.paths import ELEMENT, Path
from awsglue.engine.rows import Rows


class DynamicRecord(dict[str, Any]):
    """One record: a dict whose fields are attributes too; a struct in it is another."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value

    def __delattr__(self, name: str) -> None:
        try:
            del self[name]
        except KeyError:
            raise AttributeError(name) from None


def maker(rows: Rows) -> Callable[[Sequence[Any]], DynamicRecord]:
    """Makes a record of one row's values: structs are dicts, a choice shows the value it has."""
    names = rows.schema.names
    choices = rows.nested | {(name,) for name in rows.choices}
    nested = S.StructType, S.ArrayType, S.MapType
    if not choices and not any(isinstance(f.dataType, nested) for f in rows.schema.fields):

        def flat(values: Sequence[Any]) -> DynamicRecord:
            return DynamicRecord(zip(names, values, strict=True))

        return flat

    def record(values: Sequence[Any]) -> DynamicRecord:
        made = DynamicRecord()
        for name, value in zip(names, values, strict=True):
            shown = _shown(_plain(value), (name,), choices) if choices else _plain(value)
            made[name] = DynamicRecord(shown) if isinstance(shown, dict) else shown
        return made

    return record


def _plain(value: Any) -> Any:
    match value:
        case Row():
            return {name: _plain(part) for name, part in zip(value.__fields__, value, strict=True)}
        case list():
            return [_plain(part) for part in value]
        case dict():
            return {key: _plain(part) for key, part in value.items()}
    return value


def _shown(value: Any, path: Path, choices: frozenset[Path]) -> Any:
    if path in choices and value is not None:
        there = ((*path, name) for name, part in value.items() if part is not None)
        member = next(there, None)
        return None if member is None else _shown(value[member[-1]], member, choices)
    if isinstance(value, dict):
        return {name: _shown(part, (*path, name), choices) for name, part in value.items()}
    if isinstance(value, list):
        return [_shown(part, (*path, ELEMENT), choices) for part in value]
    return value
