"""What a DynamicFrame holds: a DataFrame, and what Spark's schema cannot say about it.

Two things are beside the schema.

A *choice* is a column whose cells have several types. It is a struct here, one field a type, named
by the type; at most one of them is set.

An *unsettled* column is text whose declared type comes from the catalog. Whether every cell fits is
not known before somebody reads the data, and most operations need not know: the frame stays a plain
plan. What does need the schema settles it, by one aggregation over the source.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as S

from awsglue import gluetypes as G
from awsglue.engine import text
from awsglue.engine.paths import column
from awsglue.engine.types import glue_name, glue_type


@dataclass(frozen=True)
class Rows:
    """`choices`: columns whose struct stands for a choice; `unsettled`: text and declared type."""

    frame: DataFrame
    choices: frozenset[str] = frozenset()
    unsettled: Mapping[str, S.DataType] = field(default_factory=dict)

    @property
    def schema(self) -> S.StructType:
        """Spark's schema; an unsettled column is a string in it."""
        return self.frame.schema

    def with_frame(self, change: Callable[[DataFrame], DataFrame]) -> "Rows":
        """The same columns with other rows or another partitioning."""
        return replace(self, frame=change(self.frame))

    def with_columns(self, kept: Iterable[tuple[str, str]]) -> "Rows":
        """The columns `kept`, pairs of old and new name, in that order."""
        pairs = list(kept)
        return Rows(
            self.frame.select(*(column(old).alias(new) for old, new in pairs)),
            frozenset(new for old, new in pairs if old in self.choices),
            {new: self.unsettled[old] for old, new in pairs if old in self.unsettled},
        )

    def value(self, name: str, target: S.DataType | None) -> Column:
        """The column's values in the type `target`, whichever type each cell has; None: as is."""
        cell = column(name)
        if name in self.choices and target is not None:
            return F.coalesce(
                *(cell.getField(member).cast(target) for member in self.members(name))
            )
        if name in self.unsettled:
            declared = self.unsettled[name]
            wanted = target or declared
            return F.when(text.fits(cell, declared), cell.cast(declared).cast(wanted)).otherwise(
                cell.cast(wanted)
            )
        return cell if target is None else cell.cast(target)

    def members(self, name: str) -> list[str]:
        """The type names of a choice, in the order of its struct."""
        struct = self.schema[name].dataType
        assert isinstance(struct, S.StructType)
        return struct.names

    def glue_schema(self) -> G.StructType:
        """The schema with its choices; the rows must be settled."""
        return G.StructType([G.Field(f.name, self._glue_type(f)) for f in self.schema.fields])

    def _glue_type(self, spark_field: S.StructField) -> G.DataType:
        found = glue_type(spark_field.dataType)
        if spark_field.name not in self.choices:
            return found
        return G.ChoiceType(member for _, member in found.children())


def settle(rows: Rows) -> Rows:
    """Gives each unsettled column its declared type, or makes it a choice where a cell misfits."""
    if not rows.unsettled:
        return rows
    counts = rows.frame.agg(
        *(
            F.max(text.misfits(column(name), declared)).alias(str(position))
            for position, (name, declared) in enumerate(rows.unsettled.items())
        )
    ).first()
    assert counts is not None
    mixed = {name for position, name in enumerate(rows.unsettled) if counts[position] is True}
    columns = [
        _settled(spark_field.name, rows.unsettled.get(spark_field.name), mixed)
        for spark_field in rows.schema.fields
    ]
    return Rows(rows.frame.select(*columns), rows.choices | mixed)


def _settled(name: str, declared: S.DataType | None, mixed: set[str]) -> Column:
    cell = column(name)
    if declared is None:
        return cell
    if name not in mixed:
        return cell.cast(declared).alias(name)
    fitting = text.fits(cell, declared)
    both = F.struct(
        F.when(fitting, cell.cast(declared)).alias(glue_name(declared)),
        F.when(~fitting, cell).alias(glue_name(S.StringType())),
    )
    return F.when(cell.isNotNull(), both).alias(name)
