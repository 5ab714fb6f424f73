"""apply_mapping: the listed columns alone, renamed, cast and nested as the mapping says."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from pyspark.sql import Column
from pyspark.sql import types as S

from awsglue.engine import paths
from awsglue.engine.paths import Path
from awsglue.engine.rows import Rows
from awsglue.engine.types import spark_type
from awsglue.errors import InvalidOptionError


class Mapping(NamedTuple):
    """One column's way; `target_type` None leaves the type as it is."""

    source: Path
    target: Path
    target_type: S.DataType | None


# Types without their parts: the value keeps the parts that it has.
_OPEN_TYPES = ("array", "map", "struct", "null", "choice")


def parse(mappings: Sequence[Any]) -> list[Mapping]:
    """Mappings from tuples of 2 (source, target), 3 (source, target, target type) or 4 (source,
    source type, target, target type); one tuple alone is taken as a list of one.

    TypeError for what is no tuple, ValueError for another length.
    """
    listed = [mappings] if isinstance(mappings, tuple) and _is_one(mappings) else list(mappings)
    return [_parse_one(mapping) for mapping in listed]


def _is_one(mappings: tuple[Any, ...]) -> bool:
    return bool(mappings) and all(isinstance(part, str) for part in mappings)


def _parse_one(mapping: Any) -> Mapping:
    if not isinstance(mapping, tuple):
        raise TypeError(
            f"a mapping is a tuple (source, source type, target, target type), not {mapping!r}"
        )
    if len(mapping) == 2:
        source, target, target_type = mapping[0], mapping[1], None
    elif len(mapping) == 3:
        source, target, target_type = mapping
    elif len(mapping) == 4:
        source, _, target, target_type = mapping
    else:
        raise ValueError(f"a mapping has 2, 3 or 4 parts; this one has {len(mapping)}: {mapping!r}")
    return Mapping(paths.parse(source), paths.parse(target), _type(target_type))


def _type(name: str | None) -> S.DataType | None:
    return None if name is None or name.strip().lower() in _OPEN_TYPES else spark_type(name)


def apply(rows: Rows, mappings: Sequence[Mapping], case_sensitive: bool = False) -> Rows:
    """The mapped columns in mapping order; a source that is not there leaves its target out.

    InvalidOptionError for a source inside an array (Scala DynamicFrame, applyMapping: it cannot map
    columns that are nested under arrays).
    """
    targets: dict[Path, Column] = {}
    choices: set[str] = set()
    nested: set[Path] = set()
    unsettled: dict[str, S.DataType] = {}
    for mapping in mappings:
        place = paths.locate(rows.schema, mapping.source, case_sensitive)
        if place is None:
            continue
        found = paths.find(rows.schema, place.path, case_sensitive=True)
        if found is None:
            raise InvalidOptionError(
                f"apply_mapping cannot map {'.'.join(mapping.source)!r}, which lies inside an "
                "array; map the whole array, or use relationalize first"
            )
        name, target = found.path[0], mapping.target
        is_column = len(found.path) == 1
        if mapping.target_type is None:
            nested |= {(*target, *below) for below in rows.choices_below(found.path)}
            if rows.is_choice(found.path):
                if len(target) == 1:
                    choices.add(target[0])
                else:
                    nested.add(target)
            elif is_column and name in rows.unsettled and len(target) == 1:
                unsettled[target[0]] = rows.unsettled[name]
                targets[target] = found.column
                continue
        targets[target] = (
            rows.value(name, mapping.target_type)
            if is_column
            else rows.value_at(found.path, found.column, found.data_type, mapping.target_type)
        )
    return Rows(
        rows.frame.select(*paths.nest(targets)), frozenset(choices), unsettled, frozenset(nested)
    )
