"""Selecting, dropping and renaming fields, at the top level and inside structs.

A path that leads nowhere is passed over, as the service does with records that lack the field.
"""

from collections.abc import Iterable

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql import types as S

from awsglue.engine import paths
from awsglue.engine.paths import column, quoted
from awsglue.engine.rows import Rows


def select(rows: Rows, wanted: Iterable[str]) -> Rows:
    """The fields at the paths; of a struct only the wanted fields stay."""
    kept: dict[str, list[paths.Path]] = {}
    for text in wanted:
        found = paths.find(rows.schema, paths.parse(text))
        if found is not None:
            kept.setdefault(found.path[0], []).append(found.path[1:])
    whole = rows.with_columns((name, name) for name in kept)
    pruned = whole.frame
    for name, below in kept.items():
        if () not in below:
            pruned = pruned.withColumn(name, _prune(name, below))
    return Rows(pruned, whole.choices, whole.unsettled)


def _prune(name: str, below: list[paths.Path]) -> Column:
    struct = column(name)
    values = {}
    for path in below:
        value = struct
        for step in path:
            value = value.getField(step)
        values[(name, *path)] = value
    return F.when(struct.isNotNull(), paths.nest(values)[0]).alias(name)


def drop(rows: Rows, unwanted: Iterable[str]) -> Rows:
    """Everything but the fields at the paths."""
    gone: set[str] = set()
    inside: dict[str, list[str]] = {}
    for text in unwanted:
        found = paths.find(rows.schema, paths.parse(text))
        if found is None:
            continue
        if len(found.path) == 1:
            gone.add(found.path[0])
        else:
            inside.setdefault(found.path[0], []).append(
                ".".join(quoted(step) for step in found.path[1:])
            )
    rest = rows.with_columns((name, name) for name in rows.schema.names if name not in gone)
    frame = rest.frame
    for name, below in inside.items():
        if name not in gone:
            frame = frame.withColumn(name, column(name).dropFields(*below))
    return Rows(frame, rest.choices, rest.unsettled)


def rename(rows: Rows, old: str, new: str) -> Rows:
    """The field at the path `old` at the path `new`; at the top level it keeps its place."""
    found = paths.find(rows.schema, paths.parse(old))
    if found is None:
        return rows
    target = paths.parse(new)
    if len(found.path) == 1 and len(target) == 1:
        return rows.with_columns(
            (name, target[0] if name == found.path[0] else name) for name in rows.schema.names
        )
    return _move(rows, found, target)


def _move(rows: Rows, found: paths.Found, target: paths.Path) -> Rows:
    value = rows.value(found.path[0], None) if len(found.path) == 1 else found.column
    carrier = "\0moved"
    moved = rows.frame.withColumn(carrier, value)
    rest = drop(
        Rows(moved, rows.choices, rows.unsettled), [".".join(quoted(s) for s in found.path)]
    )
    frame = rest.frame
    inside = ".".join(quoted(step) for step in target[1:])
    if len(target) == 1:
        frame = frame.withColumn(target[0], column(carrier))
    elif isinstance(_type(frame.schema, target[0]), S.StructType):
        frame = frame.withColumn(target[0], column(target[0]).withField(inside, column(carrier)))
    else:
        frame = frame.withColumn(target[0], paths.nest({target: column(carrier)})[0])
    return Rows(frame.drop(column(carrier)), rest.choices, rest.unsettled)


def _type(schema: S.StructType, name: str) -> S.DataType | None:
    return schema[name].dataType if name in schema.names else None


def drop_null_types(rows: Rows) -> tuple[Rows, list[str]]:
    """Without the columns that have no type but null; and their names."""
    names = [f.name for f in rows.schema.fields if isinstance(f.dataType, S.NullType)]
    return rows.with_columns((n, n) for n in rows.schema.names if n not in names), names
