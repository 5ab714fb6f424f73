"""Field paths: `a.b` is field b of struct a, `list[].b` field b of a list's elements.

A name with a dot in it stands in backticks.
"""

import re
from typing import NamedTuple

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql import types as S

from awsglue.errors import InvalidOptionError

Path = tuple[str, ...]

ELEMENT = "[]"
"""The step of a path from an array into its elements."""

_STEP = re.compile(
    r"(?:`(?P<quoted>[^`]+)`|(?P<bare>[^.`]+?))(?P<elements>(?:\[\])*)(?=\.|\Z)", re.DOTALL
)


class Found(NamedTuple):
    """A field that a path leads to; `path` spells the names as the schema does."""

    path: Path
    column: Column
    data_type: S.DataType


class Place(NamedTuple):
    """Where a path leads to, inside arrays too: `path` has a step ELEMENT for every array."""

    path: Path
    data_type: S.DataType


def parse(text: str) -> Path:
    """The steps of a path; InvalidOptionError when it is not one (an open backtick, `a..b`)."""
    steps: list[str] = []
    position = 0
    while found := _STEP.match(text, position):
        steps.append(found["quoted"] or found["bare"])
        steps.extend([ELEMENT] * (len(found["elements"]) // len(ELEMENT)))
        position = found.end()
        if position == len(text):
            return tuple(steps)
        position += 1
    raise InvalidOptionError(
        f"{text!r} is not a field path: write a.b for nested fields, list[].b for fields of a "
        "list's elements, and `a.b` in backticks for a name that has a dot in it"
    )


def quoted(name: str) -> str:
    """A name as Spark's column parser takes it literally."""
    return "`" + name.replace("`", "``") + "`"


def column(name: str) -> Column:
    """The top-level column called exactly `name`, whatever characters it has."""
    return F.col(quoted(name))


def find(schema: S.StructType, path: Path, case_sensitive: bool = False) -> Found | None:
    """The field at `path`, or None, also when it lies inside an array.

    An exact spelling wins over one that differs in case. A column whose own name has dots (`a.b`
    after unnest) is found by the whole path as well.
    """
    place = locate(schema, path, case_sensitive)
    if place is None or ELEMENT in place.path:
        return None
    found = column(place.path[0])
    for name in place.path[1:]:
        found = found.getField(name)
    return Found(place.path, found, place.data_type)


def locate(schema: S.StructType, path: Path, case_sensitive: bool = False) -> Place | None:
    """Where `path` leads to, or None; a path may leave out the step into an array's elements."""
    flat = ".".join(path)
    if len(path) > 1 and flat in schema.names:
        path = (flat,)
    names: list[str] = []
    here: S.DataType = schema
    for step in path:
        while isinstance(here, S.ArrayType) and step != ELEMENT:
            names.append(ELEMENT)
            here = here.elementType
        if step == ELEMENT and isinstance(here, S.ArrayType):
            names.append(ELEMENT)
            here = here.elementType
            continue
        field = _field(here, step, case_sensitive) if isinstance(here, S.StructType) else None
        if field is None:
            return None
        names.append(field.name)
        here = field.dataType
    return Place(tuple(names), here)


def _field(struct: S.StructType, name: str, case_sensitive: bool) -> S.StructField | None:
    if name in struct.names:
        return struct[name]
    if case_sensitive:
        return None
    for field in struct.fields:
        if field.name.lower() == name.lower():
            return field
    return None


def nest(targets: dict[Path, Column]) -> list[Column]:
    """Columns from values by target path; paths that share their first step become a struct."""
    groups: dict[str, dict[Path, Column]] = {}
    for path, value in targets.items():
        groups.setdefault(path[0], {})[path[1:]] = value
    # A later mapping to the very same target has replaced the earlier one in `targets`.
    return [
        (below[()] if () in below else F.struct(*nest(below))).alias(name)
        for name, below in groups.items()
    ]
