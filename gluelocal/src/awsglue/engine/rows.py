"""What a DynamicFrame holds: a DataFrame, and what Spark's schema cannot say about it.

Two things are beside the schema.

A *choice* is a field whose values have several types. It is a struct here, one field a type, named
by the type; at most one of them is set. `choices` are such columns, `nested` such fields inside of
structs and arrays.

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
from awsglue.engine.casts import cast
from awsglue.engine.paths import ELEMENT, Path, column, locate
from awsglue.engine.types import glue_name, glue_type


@dataclass(frozen=True)
class Rows:
    """`choices`: columns whose struct stands for a choice; `unsettled`: text and declared type;
    `nested`: choices inside of columns, by paths of two steps or more.
    """

    frame: DataFrame
    choices: frozenset[str] = frozenset()
    unsettled: Mapping[str, S.DataType] = field(default_factory=dict)
    nested: frozenset[Path] = frozenset()

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
            frozenset(
                (new, *path[1:]) for old, new in pairs for path in self.nested if path[0] == old
            ),
        )

    def pruned(self, frame: DataFrame) -> "Rows":
        """Rows of a frame that has lost columns and fields, in which nothing was renamed."""
        names = frame.schema.names
        return Rows(
            frame,
            frozenset(name for name in self.choices if name in names),
            {name: declared for name, declared in self.unsettled.items() if name in names},
            frozenset(
                path
                for path in self.nested
                if (place := locate(frame.schema, path, True)) and place.path == path
            ),
        )

    def is_choice(self, path: Path) -> bool:
        """Whether the field at `path` is a choice."""
        return path[0] in self.choices if len(path) == 1 else path in self.nested

    def resolved(
        self, frame: DataFrame, path: Path, place: Callable[[Path], Path | None]
    ) -> "Rows":
        """Rows of a frame in which the field at `path` is no choice any more.

        `place` says where a choice inside of it is then, from its path below `path`; None: gone.
        """
        below = {(*path, *inner): place(inner) for inner in self.choices_below(path)}
        nested = self.nested - {path} - set(below)
        return replace(
            self,
            frame=frame,
            choices=self.choices - {path[0]} if len(path) == 1 else self.choices,
            nested=nested | {there for there in below.values() if there is not None},
        )

    def choices_below(self, path: Path) -> Iterable[Path]:
        """The paths from the field at `path` to choices inside of it."""
        return (found[len(path) :] for found in self.nested if _is_below(found, path))

    def value(self, name: str, target: S.DataType | None) -> Column:
        """The column's values in the type `target`, whichever type each cell has; None: as is."""
        cell = column(name)
        if name in self.unsettled:
            declared = self.unsettled[name]
            wanted = target or declared
            fitting = cast(cell.cast(declared), declared, wanted)
            other = cast(cell, S.StringType(), wanted)
            return F.when(text.fits(cell, declared), fitting).otherwise(other)
        return self.value_at((name,), cell, self.schema[name].dataType, target)

    def value_at(
        self, path: Path, value: Column, own: S.DataType, target: S.DataType | None
    ) -> Column:
        """The value of type `own` of the field at `path` in the type `target`; None: as is."""
        if target is None:
            return value
        if self.is_choice(path):
            return chosen(value, own, target)
        if next(iter(self.choices_below(path)), None) is None:
            return cast(value, own, target)
        match own, target:
            case S.ArrayType(), S.ArrayType():
                inner = (*path, ELEMENT)
                return F.transform(
                    value,
                    lambda each: self.value_at(inner, each, own.elementType, target.elementType),
                )
            case S.StructType(), S.StructType() if len(own) == len(target):
                parts = (
                    self.value_at(
                        (*path, one.name), value.getField(one.name), one.dataType, other.dataType
                    ).alias(other.name)
                    for one, other in zip(own.fields, target.fields, strict=True)
                )
                return F.when(value.isNotNull(), F.struct(*parts))
        return cast(value, own, target)

    def members(self, name: str) -> list[str]:
        """The type names of a choice, in the order of its struct."""
        struct = self.schema[name].dataType
        assert isinstance(struct, S.StructType)
        return struct.names

    def glue_schema(self) -> G.StructType:
        """The schema with its choices; the rows must be settled."""
        return G.StructType(
            [G.Field(f.name, self._glue_type(f.dataType, (f.name,))) for f in self.schema.fields]
        )

    def _glue_type(self, data_type: S.DataType, path: Path) -> G.DataType:
        match data_type:
            case S.StructType() if self.is_choice(path):
                return G.ChoiceType(
                    self._glue_type(member.dataType, (*path, member.name))
                    for member in data_type.fields
                )
            case S.StructType():
                return G.StructType(
                    [
                        G.Field(f.name, self._glue_type(f.dataType, (*path, f.name)))
                        for f in data_type.fields
                    ]
                )
            case S.ArrayType():
                return G.ArrayType(self._glue_type(data_type.elementType, (*path, ELEMENT)))
        return glue_type(data_type)


def _is_below(found: Path, path: Path) -> bool:
    return len(found) > len(path) and found[: len(path)] == path


def chosen(value: Column, struct: S.DataType, target: S.DataType) -> Column:
    """A choice's values in the type `target`, whichever type each has."""
    assert isinstance(struct, S.StructType)
    return F.coalesce(
        *(cast(value.getField(part.name), part.dataType, target) for part in struct.fields)
    )


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
    return Rows(rows.frame.select(*columns), rows.choices | mixed, nested=rows.nested)


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
