"""relationalize: nested rows as flat frames, which keys join (Scala DynamicFrame, relationalize).

Each array becomes a frame with a row an element: `id`, the key that stands in the array's place;
`index`, the element's position from 0; then the element, flat, under the array's path and `.val`.
A map becomes such a frame too, with `<path>.key` and `<path>.val` (unverified).

Keys count from 1, in the order of the rows, where there is an array; so every array has its own.
They must be the same whenever one of the frames is computed, so the rows are staged with their
order first, and read back.
"""

from collections.abc import Callable
from typing import NamedTuple

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F
from pyspark.sql import types as S

from awsglue.engine.nested import VALUE, Leaf, column_leaves, leaves
from awsglue.engine.paths import ELEMENT, Path, column
from awsglue.engine.rows import Rows

ID, INDEX, KEY = "id", "index", "key"

_ORDER = "__relationalize_order"
_PART = "__relationalize_part"
_BODY, _NAME = "__relationalize_body", "__relationalize_name"


class _Table(NamedTuple):
    """Rows before their arrays are cut out; `order` and _PART are columns of `frame`."""

    name: str
    frame: DataFrame
    order: list[str]
    fixed: list[Leaf]
    leaves: list[Leaf]


def relationalize(
    rows: Rows, root: str, stage: Callable[[DataFrame], DataFrame]
) -> dict[str, Rows]:
    """The frames by name: `root`, and `<root>_<path>` for every array at any depth.

    `stage` writes a frame where it stays, and reads it back.
    """
    flat = column_leaves(rows)
    if not any(_is_pivoted(leaf) for leaf in flat):
        return {root: _made(rows.frame, [(leaf, leaf.value) for leaf in flat])}
    ordered = rows.frame.select(
        *(_storable(field) for field in rows.schema.fields),
        F.monotonically_increasing_id().alias(_ORDER),
    )
    # The upper bits of that number are the partition, so rows are numbered side by side.
    staged = stage(ordered).withColumn(_PART, F.shiftright(column(_ORDER), 33))
    found: dict[str, Rows] = {}
    _cut(rows, root, _Table(root, staged, [_ORDER], [], flat), found)
    return found


def _storable(field: S.StructField) -> Column:
    """A column as a file can hold it: what has no type but null becomes text."""
    stored = _without_null(field.dataType)
    cell = column(field.name)
    return cell if stored == field.dataType else cell.cast(stored).alias(field.name)


def _without_null(data_type: S.DataType) -> S.DataType:
    match data_type:
        case S.NullType():
            return S.StringType()
        case S.ArrayType():
            return S.ArrayType(_without_null(data_type.elementType), data_type.containsNull)
        case S.MapType():
            return S.MapType(data_type.keyType, _without_null(data_type.valueType))
        case S.StructType():
            return S.StructType(
                [S.StructField(f.name, _without_null(f.dataType)) for f in data_type.fields]
            )
    return data_type


def _is_pivoted(leaf: Leaf) -> bool:
    return isinstance(leaf.data_type, S.ArrayType | S.MapType) and not leaf.is_choice


def _cut(rows: Rows, root: str, table: _Table, found: dict[str, Rows]) -> None:
    """Adds the table without its arrays, then the tables of these."""
    arrays = [leaf for leaf in table.leaves if _is_pivoted(leaf)]
    keys = _keys(table, arrays)
    values = [(leaf, leaf.value) for leaf in table.fixed]
    values += [(leaf, keys.get(leaf.name, leaf.value)) for leaf in table.leaves]
    found[table.name] = _made(table.frame, values, frozenset(keys))
    for leaf in arrays:
        _cut(rows, root, _pivoted(rows, root, table, leaf, keys[leaf.name]), found)


def _made(
    frame: DataFrame, values: list[tuple[Leaf, Column]], keys: frozenset[str] = frozenset()
) -> Rows:
    return Rows(
        frame.select(*(value.alias(leaf.name) for leaf, value in values)),
        frozenset(leaf.name for leaf, _ in values if leaf.is_choice and leaf.name not in keys),
    )


def _keys(table: _Table, arrays: list[Leaf]) -> dict[str, Column]:
    """For each array the column of its keys; null where there is no array."""
    if not arrays:
        return {}
    counts = (
        table.frame.groupBy(_PART)
        .agg(*(F.count(leaf.value).alias(str(n)) for n, leaf in enumerate(arrays)))
        .collect()
    )
    parts = sorted(counts, key=lambda row: row[_PART])
    window = (
        Window.partitionBy(_PART)
        .orderBy(*table.order)
        .rowsBetween(Window.unboundedPreceding, Window.currentRow)
    )
    keys = {}
    for position, leaf in enumerate(arrays):
        before, offsets = 0, []
        for row in parts:
            offsets += [F.lit(row[_PART]), F.lit(before).cast("long")]
            before += row[str(position)]
        start = F.create_map(*offsets)[column(_PART)] if offsets else F.lit(0).cast("long")
        keys[leaf.name] = F.when(
            leaf.value.isNotNull(), F.count(leaf.value).over(window) + start
        ).cast("long")
    return keys


def _pivoted(rows: Rows, root: str, table: _Table, leaf: Leaf, key: Column) -> _Table:
    """The table of an array's elements, or of a map's entries."""
    keyed = table.frame.select(column(_PART), key.alias(ID), leaf.value.alias(_BODY))
    is_map = isinstance(leaf.data_type, S.MapType)
    names = [INDEX, _NAME, _BODY] if is_map else [INDEX, _BODY]
    frame = keyed.select(column(_PART), column(ID), F.posexplode(column(_BODY)).alias(*names))
    fixed = [_plain(ID, S.LongType()), _plain(INDEX, S.IntegerType())]
    path: Path = (*leaf.path, ELEMENT)
    if isinstance(leaf.data_type, S.MapType):
        entry = Leaf(f"{leaf.name}.{KEY}", path, column(_NAME), leaf.data_type.keyType, False)
        fixed.append(entry)
        element = leaf.data_type.valueType
    else:
        assert isinstance(leaf.data_type, S.ArrayType)
        element = leaf.data_type.elementType
    inner = list(leaves(rows, f"{leaf.name}.{VALUE}", path, column(_BODY), element))
    return _Table(f"{root}_{leaf.name}", frame, [ID, INDEX], fixed, inner)


def _plain(name: str, data_type: S.DataType) -> Leaf:
    return Leaf(name, (name,), column(name), data_type, False)
