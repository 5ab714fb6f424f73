"""What a frame's columns hold: counts, bounds, spread, and how often values stand.

Two queries, however many rows and columns there are: one looks at every cell, the other one counts
the values of columns that have few of them, or almost only different ones. Nothing but their
answers is collected.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from dqdl.scope import Column

FEW_VALUES = 120
"""A column with more (approximately) different values than this is no category (Deequ)."""

ALMOST_UNIQUE = 0.08
"""How far approximate distinctness may be from 1 in a column that looks unique (Deequ)."""

_COMPARABLE = ("boolean", "date", "timestamp", "timestamp_ntz", "binary")


@dataclass(frozen=True)
class ValueCount:
    """A value as text, None for NULL, and how many rows hold it."""

    value: str | None
    rows: int


@dataclass(frozen=True)
class ColumnProfile:
    """`present`: rows that are not NULL; `distinct`: about how many values, NULL left out.

    `minimum`, `maximum` and `deviation` (of the population) are None but for numbers; NaN stands
    outside the first two and is counted in `nans`. `shortest` and `longest` are lengths of strings,
    NULL being 0 long. `values`, most frequent first, is None for a column that is no category,
    `once` (values that stand exactly once) for one that does not look unique either.
    """

    name: str
    type: str
    present: int
    distinct: int | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    deviation: float | None = None
    nans: int = 0
    shortest: int | None = None
    longest: int | None = None
    values: tuple[ValueCount, ...] | None = None
    once: int | None = None


@dataclass(frozen=True)
class Profile:
    rows: int
    columns: tuple[ColumnProfile, ...]


def profile(frame: DataFrame) -> Profile:
    """The profile of every column, in the frame's order."""
    described = [Column(name, f"c{i}", kind) for i, (name, kind) in enumerate(frame.dtypes)]
    # Names of our own: the frame's may hold anything, and even stand twice.
    renamed = frame.toDF(*(column.sql for column in described))
    measured = _measured(renamed, described)
    rows = max((row["rows"] for row in measured.values()), default=0)
    columns = [_profile(column, measured.get(column.sql, {})) for column in described]
    worth = [i for i, seen in enumerate(columns) if _is_worth_counting(seen, rows)]
    categories = [described[i].sql for i in worth if _is_category(columns[i])]
    counted = _counted(renamed, [described[i] for i in worth], categories)
    for i in worth:
        columns[i] = _with_values(columns[i], counted[described[i].sql])
    return Profile(rows, tuple(columns))


def is_almost_unique(distinct: int | None, rows: int) -> bool:
    """Whether approximate distinctness is near enough to 1."""
    return distinct is not None and rows > 0 and abs(1 - distinct / rows) <= ALMOST_UNIQUE


def _measured(renamed: DataFrame, columns: Sequence[Column]) -> dict[str, dict[str, Any]]:
    """By column, what its type lets measure. No row of the answer for a frame without rows.

    Every cell is a row of its own, so that Spark compiles one set of aggregates a type and not one
    a column: approximate counting alone keeps 52 numbers. A cell is in the slot of its type, for
    equal values of two types do not count alike.
    """
    types = list(dict.fromkeys(column.type for column in columns if _is_comparable(column)))
    cells = F.array(*(_cell(column, types) for column in columns))
    measures = [measure for slot, kind in enumerate(types) for measure in _measures(slot, kind)]
    answer = (
        renamed.select(F.explode(cells).alias("cell"))
        .select("cell.*")
        .groupBy("name")
        .agg(
            F.count(F.lit(1)).alias("rows"),
            F.expr("count_if(present)").alias("present"),
            *measures,
        )
    )
    slots = {column.sql: types.index(column.type) for column in columns if _is_comparable(column)}
    found = {}
    for row in answer.collect():
        prefix = f"v{slots.get(row['name'], '')}_"
        mine = {name.removeprefix(prefix): value for name, value in row.asDict().items()}
        found[row["name"]] = mine
    return found


def _is_comparable(column: Column) -> bool:
    return column.is_numeric or column.is_string or column.type in _COMPARABLE


def _cell(column: Column, types: Sequence[str]) -> SparkColumn:
    value = F.col(column.sql)
    slots = [
        (value if column.type == kind else F.lit(None).cast(kind)).alias(f"v{slot}")
        for slot, kind in enumerate(types)
    ]
    return F.struct(F.lit(column.sql).alias("name"), value.isNotNull().alias("present"), *slots)


def _measures(slot: int, kind: str) -> list[SparkColumn]:
    column = Column("", f"v{slot}", kind)
    c = column.sql
    wanted = {"distinct": f"approx_count_distinct({c})"}
    if column.is_numeric:
        number = f"nullif(CAST({c} AS DOUBLE), double('NaN'))" if column.is_float else c
        wanted |= {"minimum": f"min({number})", "maximum": f"max({number})"}
        wanted["deviation"] = f"stddev_pop(CAST({c} AS DOUBLE))"
        if column.is_float:
            wanted["nans"] = f"count_if(isnan({c}))"
    if column.is_string:
        length = f"coalesce(length({c}), 0)"
        wanted |= {"shortest": f"min({length})", "longest": f"max({length})"}
    return [F.expr(text).alias(f"{c}_{name}") for name, text in wanted.items()]


def _profile(column: Column, measured: Mapping[str, Any]) -> ColumnProfile:
    return ColumnProfile(
        name=column.written,
        type=column.type,
        present=measured.get("present", 0),
        distinct=measured.get("distinct"),
        minimum=_exact(measured.get("minimum")),
        maximum=_exact(measured.get("maximum")),
        deviation=measured.get("deviation"),
        nans=measured.get("nans", 0),
        shortest=measured.get("shortest"),
        longest=measured.get("longest"),
    )


def _exact(value: object) -> Decimal | None:
    """The number as its shortest text has it; None for NULL and infinities."""
    if isinstance(value, float):
        return Decimal(repr(value)) if math.isfinite(value) else None
    return Decimal(value) if isinstance(value, int | Decimal) else None


def _is_category(seen: ColumnProfile) -> bool:
    """Text and whole numbers; no recommendation of AWS Glue's that was seen lists fractions."""
    column = Column(seen.name, "", seen.type)
    listable = column.is_string or column.is_integer
    return listable and seen.distinct is not None and 0 < seen.distinct <= FEW_VALUES


def _is_worth_counting(seen: ColumnProfile, rows: int) -> bool:
    complete = seen.present == rows
    return _is_category(seen) or (complete and is_almost_unique(seen.distinct, rows))


def _counted(
    renamed: DataFrame, columns: Sequence[Column], categories: Sequence[str]
) -> dict[str, Row]:
    """By column: `once`, and of the categories `entries` (value, rows)."""
    if not columns:
        return {}
    cells = F.array(
        *(
            F.struct(F.lit(column.sql).alias("name"), F.expr(_as_text(column)).alias("value"))
            for column in columns
        )
    )
    counts = (
        renamed.select(F.explode(cells).alias("cell"))
        .groupBy(F.col("cell.name").alias("name"), F.col("cell.value").alias("value"))
        .agg(F.count(F.lit(1)).alias("rows"))
    )
    by_column = counts.groupBy("name").agg(
        F.expr("count_if(rows = 1)").alias("once"),
        F.collect_list(F.when(F.col("name").isin(categories), F.struct("value", "rows"))).alias(
            "entries"
        ),
    )
    return {row["name"]: row for row in by_column.collect()}


def _as_text(column: Column) -> str:
    if column.type == "binary":
        return f"hex({column.sql})"
    # -0.0 is 0.0 to every comparison, and its text is another.
    value = f"{column.sql} + 0" if column.is_float else column.sql
    return f"CAST({value} AS STRING)"


def _with_values(seen: ColumnProfile, counted: Row) -> ColumnProfile:
    if not _is_category(seen):
        return replace(seen, once=counted["once"])
    entries = sorted(
        (ValueCount(entry["value"], entry["rows"]) for entry in counted["entries"]),
        key=lambda entry: (-entry.rows, entry.value or ""),
    )
    return replace(seen, once=counted["once"], values=tuple(entries))
