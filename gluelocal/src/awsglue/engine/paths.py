"""Field paths: `a.b` is field b of struct a; a name with a dot in it stands in backticks."""

import re
from typing import NamedTuple

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql import types as S

from awsglue.errors import InvalidOptionError

Path = tuple[str, ...]

_STEP = re.compile(r"`(?P<quoted>[^`]+)`|(?P<bare>[^.`]+)")


class Found(NamedTuple):
    """A field that a path leads to; `path` spells the names as the schema does."""

    path: Path
    column: Column
    data_type: S.DataType


def parse(text: str) -> Path:
    """The steps of a path; InvalidOptionError when it is not one (an open backtick, `a..b`)."""
    steps: list[str] = []
    position = 0
    while found := _STEP.match(text, position):
        steps.append(found["quoted"] or found["bare"])
        position = found.end()
        if position == len(text):
            return tuple(steps)
        if text[position] != ".":
            break
        position += 1
    raise InvalidOptionError(
        f"{text!r} is not a field path: write a.b for nested fields, and `a.b` in backticks for a "
        "name that has a dot in it"
    )


def quoted(name: str) -> str:
    """A name as Spark's column parser takes it literally."""
    return "`" + name.replace("`", "``") + "`"


def column(name: str) -> Column:
    """The top-level column called exactly `name`, whatever characters it has."""
    return F.col(quoted(name))


def find(schema: S.StructType, path: Path, case_sensitive: bool = False) -> Found | None:
    """The field at `path`, or None; an exact spelling wins over one that differs in case.

    A column whose own name has dots (`a.b` after unnest) is found by the whole path as well.
    """
    flat = ".".join(path)
    if len(path) > 1 and flat in schema.names:
        path = (flat,)
    names: list[str] = []
    here: S.DataType = schema
    for step in path:
        if not isinstance(here, S.StructType):
            return None
        field = _field(here, step, case_sensitive)
        if field is None:
            return None
        names.append(field.name)
        here = field.dataType
    found = column(names[0])
    for name in names[1:]:
        found = found.getField(name)
    return Found(tuple(names), found, here)


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
