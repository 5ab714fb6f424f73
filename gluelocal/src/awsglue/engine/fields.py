"""Selecting, dropping and renaming fields: columns, and fields of structs and of arrays of structs.

A path that leads nowhere is passed over, as the service does with records that lack the field.
"""

from collections.abc import Iterable

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql import types as S

from awsglue.engine import inside, paths
from awsglue.engine.paths import ELEMENT, Path, column, quoted
from awsglue.engine.rows import Rows
from awsglue.errors import InvalidOptionError


def select(rows: Rows, wanted: Iterable[str]) -> Rows:
    """The fields at the paths; of a struct only the wanted fields stay."""
    kept: dict[str, list[Path]] = {}
    for text in wanted:
        found = paths.locate(rows.schema, paths.parse(text))
        if found is not None:
            kept.setdefault(found.path[0], []).append(found.path[1:])
    frame = rows.frame.select(
        *(
            _only(column(name), rows.schema[name].dataType, below).alias(name)
            for name, below in kept.items()
        )
    )
    return rows.pruned(frame)


def _only(value: Column, data_type: S.DataType, wanted: list[Path]) -> Column:
    """The value with none but the fields at the paths."""
    if () in wanted:
        return value
    if isinstance(data_type, S.ArrayType):
        element, below = data_type.elementType, [path[1:] for path in wanted]
        return F.transform(value, lambda each: _only(each, element, below))
    assert isinstance(data_type, S.StructType)
    below_name: dict[str, list[Path]] = {}
    for path in wanted:
        below_name.setdefault(path[0], []).append(path[1:])
    parts = [
        _only(value.getField(name), data_type[name].dataType, below).alias(name)
        for name, below in below_name.items()
    ]
    return F.when(value.isNotNull(), F.struct(*parts))


def drop(rows: Rows, unwanted: Iterable[str]) -> Rows:
    """Everything but the fields at the paths; a path goes through arrays of structs as it stands.

    A struct without a field left goes too.
    """
    frame = rows.frame
    for text in unwanted:
        found = paths.locate(frame.schema, paths.parse(text))
        if found is None:
            continue
        if found.path[-1] == ELEMENT:
            raise InvalidOptionError(
                f"drop_fields cannot drop the elements of an array ({text!r}); drop the array, or "
                "a field of its elements"
            )
        frame = inside.changed(frame, found.path, lambda *_: [])
    return rows.pruned(frame)


def rename(rows: Rows, old: str, new: str) -> Rows:
    """The field at the path `old` at the path `new`; beside its old place it keeps its position."""
    found = paths.locate(rows.schema, paths.parse(old))
    if found is None:
        return rows
    target = paths.parse(new)
    if len(found.path) == 1 and len(target) == 1:
        return rows.with_columns(
            (name, target[0] if name == found.path[0] else name) for name in rows.schema.names
        )
    if _names(target[:-1]) == _names(found.path[:-1]):
        return _renamed_inside(rows, found.path, target[-1])
    if ELEMENT in found.path:
        raise InvalidOptionError(
            f"rename_field cannot move {old!r} out of its array to {new!r}; its new name must be "
            "in the same struct"
        )
    return _moved(rows, found.path, target)


def _names(path: Path) -> list[str]:
    return [step.lower() for step in path if step != ELEMENT]


def _renamed_inside(rows: Rows, path: Path, name: str) -> Rows:
    frame = inside.changed(rows.frame, path, lambda _, value, __: [(name, value)])
    there = (*path[:-1], name)
    nested = frozenset(
        there + found[len(path) :] if found[: len(path)] == path else found for found in rows.nested
    )
    return Rows(frame, rows.choices, rows.unsettled, nested)


def _moved(rows: Rows, path: Path, target: Path) -> Rows:
    """The field at another level: out of its struct, into another one, or into a new one."""
    is_choice = rows.is_choice(path)
    below = {(*target, *inner) for inner in rows.choices_below(path)}
    carrier = "\0moved"
    found = paths.find(rows.schema, path)
    assert found is not None
    value = rows.value(path[0], None) if len(path) == 1 else found.column
    carried = rows.with_frame(lambda frame: frame.withColumn(carrier, value))
    rest = drop(carried, [".".join(quoted(step) for step in path)])
    frame = rest.frame
    if len(target) == 1:
        frame = frame.withColumn(target[0], column(carrier))
    elif target[0] in frame.schema.names and isinstance(
        frame.schema[target[0]].dataType, S.StructType
    ):
        there = ".".join(quoted(step) for step in target[1:])
        frame = frame.withColumn(target[0], column(target[0]).withField(there, column(carrier)))
    else:
        frame = frame.withColumn(target[0], paths.nest({target: column(carrier)})[0])
    choices, nested = set(rest.choices), rest.nested | below
    if is_choice and len(target) == 1:
        choices.add(target[0])
    elif is_choice:
        nested |= {target}
    return Rows(frame.drop(column(carrier)), frozenset(choices), rest.unsettled, frozenset(nested))


def drop_null_types(rows: Rows) -> tuple[Rows, list[str]]:
    """Without the columns that have no type but null; and their names."""
    names = [f.name for f in rows.schema.fields if isinstance(f.dataType, S.NullType)]
    return rows.with_columns((n, n) for n in rows.schema.names if n not in names), names
