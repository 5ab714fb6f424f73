"""resolveChoice: what becomes of the columns whose cells have several types.

A new action is one function here.
"""

from collections.abc import Callable, Mapping, Sequence

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql import types as S

from awsglue.engine import paths
from awsglue.engine.paths import column
from awsglue.engine.rows import Rows
from awsglue.engine.types import glue_name, spark_type
from awsglue.errors import InvalidOptionError, NotSupportedError
from awsglue.registry import Registry

Action = Callable[[Rows, str, str], Rows]
"""(rows, column, the part of the action after its colon) -> rows."""

ACTIONS: Registry[Action] = Registry("resolveChoice action")


def resolve(rows: Rows, specs: Sequence[tuple[str, str]]) -> Rows:
    """Applies each (path, action) in order; a path that leads nowhere is passed over."""
    for path, action in specs:
        found = paths.find(rows.schema, _plain(path))
        if found is None:
            continue
        if len(found.path) > 1:
            raise NotSupportedError(f"resolveChoice of the nested field {path!r}")
        name, _, argument = action.partition(":")
        rows = ACTIONS.get(name)(rows, found.path[0], argument)
    return rows


def resolve_all(rows: Rows, action: str) -> Rows:
    """Applies one action to every choice of the frame."""
    names = [name for name in rows.schema.names if name in rows.choices]
    return resolve(rows, [(paths.quoted(name), action) for name in names])


def match_types(rows: Rows, types: Mapping[str, S.DataType]) -> Rows:
    """Casts every column that the catalog knows to the catalog's type."""
    for name, data_type in types.items():
        found = paths.find(rows.schema, (name,))
        if found is not None and (found.path[0] in rows.choices or found.data_type != data_type):
            rows = _replaced(rows, found.path[0], rows.value(found.path[0], data_type))
    return rows


def _plain(path: str) -> paths.Path:
    if "[]" in path:
        raise NotSupportedError(f"resolveChoice inside an array ({path!r})")
    return paths.parse(path)


def _replaced(rows: Rows, name: str, value: Column) -> Rows:
    return Rows(rows.frame.withColumn(name, value), rows.choices - {name})


@ACTIONS.register("cast")
def _cast(rows: Rows, name: str, argument: str) -> Rows:
    """Every value in the type; one that cannot be cast becomes null."""
    return _replaced(rows, name, rows.value(name, _target("cast", argument)))


@ACTIONS.register("project")
def _project(rows: Rows, name: str, argument: str) -> Rows:
    """Values that have the type already; the others become null."""
    target = _target("project", argument)
    if name in rows.choices:
        struct = rows.schema[name].dataType
        assert isinstance(struct, S.StructType)
        same = [f.name for f in struct.fields if f.dataType == target]
        value = column(name).getField(same[0]) if same else F.lit(None).cast(target)
    elif rows.schema[name].dataType == target:
        return rows
    else:
        value = F.lit(None).cast(target)
    return _replaced(rows, name, value)


@ACTIONS.register("make_cols")
def _make_cols(rows: Rows, name: str, _: str) -> Rows:
    """One column a type, `name_type`: the first in the choice's place, the others at the end."""
    if name not in rows.choices:
        return rows
    first, *later = rows.members(name)
    columns = [
        column(name).getField(first).alias(f"{name}_{first}") if other == name else column(other)
        for other in rows.schema.names
    ]
    columns += [column(name).getField(member).alias(f"{name}_{member}") for member in later]
    return Rows(rows.frame.select(*columns), rows.choices - {name})


@ACTIONS.register("make_struct")
def _make_struct(rows: Rows, name: str, _: str) -> Rows:
    """A struct with one field a type, for good."""
    return Rows(rows.frame, rows.choices - {name})


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
