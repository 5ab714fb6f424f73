"""resolveChoice: what becomes of the fields whose values have several types.

A new action is one function here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as S

from awsglue.engine import inside, paths
from awsglue.engine.paths import Path, column
from awsglue.engine.rows import Rows, settle
from awsglue.engine.types import glue_name, spark_type
from awsglue.errors import InvalidOptionError
from awsglue.registry import Registry

Action = Callable[[Rows, Path, str], Rows]
"""(rows, path of a field as the schema spells it, what follows the action's colon) -> rows."""

ACTIONS: Registry[Action] = Registry("resolveChoice action")

# Their values have parts of their own, so a name alone says which member of a choice is meant.
_NESTED_NAMES = ("struct", "array", "map")


def resolve(rows: Rows, specs: Sequence[tuple[str, str]]) -> Rows:
    """Applies each (path, action) in order; a path that leads nowhere is passed over.

    A path enters the elements of an array as `list[].field`. A cast needs no settled column, since
    it reads every cell in the same way whether the others fit or not; the other actions do.
    """
    for path, action in specs:
        name, _, argument = action.partition(":")
        act = ACTIONS.get(name)
        place = paths.locate(rows.schema, paths.parse(path))
        if place is None:
            continue
        if name == "cast" and place.path[0] in rows.unsettled:
            rows = _cast_unsettled(rows, place.path[0], _target("cast", argument))
        else:
            rows = act(settle(rows), place.path, argument)
    return rows


def resolve_all(rows: Rows, action: str) -> Rows:
    """Applies one action to every choice of the frame, the innermost first."""
    name, _, argument = action.partition(":")
    act = ACTIONS.get(name)
    for path in _all(rows):
        rows = act(rows, path, argument)
    return rows


def match_types(rows: Rows, types: Mapping[str, S.DataType]) -> Rows:
    """Casts every choice that the catalog knows to the catalog's type."""
    catalog = S.StructType([S.StructField(name, data_type) for name, data_type in types.items()])
    for path in _all(rows):
        wanted = paths.locate(catalog, path)
        if wanted is not None:
            rows = _cast_to(rows, path, wanted.data_type)
    return rows


def _all(rows: Rows) -> list[Path]:
    top = [(name,) for name in rows.schema.names if name in rows.choices]
    return [*sorted(rows.nested, key=lambda path: (-len(path), path)), *top]


@ACTIONS.register("cast")
def _cast(rows: Rows, path: Path, argument: str) -> Rows:
    """Every value in the type; one that cannot be cast becomes null."""
    return _cast_to(rows, path, _target("cast", argument))


def _cast_unsettled(rows: Rows, name: str, target: S.DataType) -> Rows:
    cast = rows.frame.withColumn(name, rows.value(name, target))
    left = {column: kind for column, kind in rows.unsettled.items() if column != name}
    return replace(rows, frame=cast, unsettled=left)


def _cast_to(rows: Rows, path: Path, target: S.DataType) -> Rows:
    def change(name: str, value: Column, own: S.DataType) -> inside.Named:
        return [(name, rows.value_at(path, value, own, target))]

    return rows.resolved(inside.changed(rows.frame, path, change), path, lambda _: None)


@ACTIONS.register("project")
def _project(rows: Rows, path: Path, argument: str) -> Rows:
    """Values that have the type already; the others become null."""
    by_name = argument if argument in _NESTED_NAMES else ""
    target = S.NullType() if by_name else _target("project", argument)
    is_choice = rows.is_choice(path)

    def matches(name: str, data_type: S.DataType) -> bool:
        return name == by_name if by_name else data_type == target

    def change(name: str, value: Column, own: S.DataType) -> inside.Named:
        if is_choice:
            assert isinstance(own, S.StructType)
            for part in own.fields:
                if matches(part.name, part.dataType):
                    return [(name, value.getField(part.name))]
        elif matches(glue_name(own), own):
            return [(name, value)]
        return [(name, F.lit(None).cast(target))]

    def place(below: Path) -> Path | None:
        if not is_choice:
            return (*path, *below)
        return (*path, *below[1:]) if below[0] == by_name else None

    return rows.resolved(inside.changed(rows.frame, path, change), path, place)


@ACTIONS.register("make_cols")
def _make_cols(rows: Rows, path: Path, _: str) -> Rows:
    """One field a type, `name_type`, in the choice's place; a column's later types at the end."""
    if not rows.is_choice(path):
        return rows
    frame = _columns_a_type(rows, path[0]) if len(path) == 1 else _fields_a_type(rows, path)

    def place(below: Path) -> Path:
        return (*path[:-1], f"{path[-1]}_{below[0]}", *below[1:])

    return rows.resolved(frame, path, place)


def _columns_a_type(rows: Rows, name: str) -> DataFrame:
    first, *later = rows.members(name)
    columns = [
        column(name).getField(first).alias(f"{name}_{first}") if other == name else column(other)
        for other in rows.schema.names
    ]
    columns += [column(name).getField(member).alias(f"{name}_{member}") for member in later]
    return rows.frame.select(*columns)


def _fields_a_type(rows: Rows, path: Path) -> DataFrame:
    def change(name: str, value: Column, own: S.DataType) -> inside.Named:
        assert isinstance(own, S.StructType)
        return [(f"{name}_{part.name}", value.getField(part.name)) for part in own.fields]

    return inside.changed(rows.frame, path, change)


@ACTIONS.register("make_struct")
def _make_struct(rows: Rows, path: Path, _: str) -> Rows:
    """A struct with one field a type, for good."""
    return rows.resolved(rows.frame, path, lambda below: (*path, *below))


def _target(action: str, argument: str) -> S.DataType:
    if not argument:
        raise InvalidOptionError(f"the action {action!r} needs a type, such as '{action}:long'")
    return spark_type(argument)


def as_choice(name: str, own: S.DataType, members: Sequence[S.DataType]) -> Column:
    """A column of one type as a choice that has `members`; a null stays null."""
    cell = column(name)
    parts = [
        (cell if member == own else F.lit(None).cast(member)).alias(glue_name(member))
        for member in members
    ]
    return F.when(cell.isNotNull(), F.struct(*parts)).alias(name)
