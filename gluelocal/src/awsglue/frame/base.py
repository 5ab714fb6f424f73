"""What every frame has, whatever its transformations: rows, schema, errors."""

import sys
import threading
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

from pyspark.sql import DataFrame

from awsglue import gluetypes
from awsglue.engine import choices, errorrecords
from awsglue.engine.rows import Rows, settle
from awsglue.errors import ErrorThresholdExceededError, InvalidOptionError
from awsglue.gluetypes import DataType, StructType

if TYPE_CHECKING:
    from awsglue.context import GlueContext
    from awsglue.frame.collection import DynamicFrameCollection

EMPTY: Mapping[str, Any] = MappingProxyType({})
"""The default of parameters that take options; equal to {}, and nobody can change it."""


class ResolveOption:
    """One choice to resolve in toDF: `action` is `Project`, `Cast` or `KeepAsStruct`."""

    def __init__(self, path: str, action: str, target: DataType | None = None) -> None:
        self.path = path
        self.action = action
        self.target = target


class Frame:
    """Rows with their errors; the transformations are DynamicFrame's."""

    def __init__(self, jdf: Rows | DataFrame, glue_ctx: "GlueContext", name: str = "") -> None:
        self.glue_ctx = glue_ctx
        self.name = name
        self._rows = jdf if isinstance(jdf, Rows) else Rows(jdf)
        self._lock = threading.Lock()
        self._stage_errors: tuple[DataFrame, ...] = ()
        self._earlier_errors: tuple[DataFrame, ...] = ()
        self._stage_threshold = 0
        self._total_threshold = 0

    def toDF(self, options: Sequence[ResolveOption] | None = None) -> DataFrame:
        """The rows as a DataFrame; a choice that is not resolved is a struct, one field a type."""
        rows = self._settled()
        for option in options or ():
            rows = _resolved(rows, option)
        return rows.frame

    def schema(self) -> StructType:
        """The schema with its choices."""
        return self._settled().glue_schema()

    def printSchema(self) -> None:
        """Prints the schema as a tree."""
        sys.stdout.write("\n".join(["root", *_tree(self.schema(), "|")]) + "\n\n")

    def show(self, num_rows: int = 20) -> None:
        """Prints the first rows, one JSON object a line."""
        self.assertErrorThreshold()
        for line in self.toDF().limit(num_rows).toJSON().collect():
            sys.stdout.write(f"{line}\n")

    def count(self) -> int:
        """The number of rows."""
        self.assertErrorThreshold()
        return self._rows.frame.count()

    def getNumPartitions(self) -> int:
        """The number of partitions."""
        return self._rows.frame.rdd.getNumPartitions()

    def errorsCount(self) -> int:
        """The number of error records, those of earlier stages too."""
        return _count(self._all_errors())

    def stageErrorsCount(self) -> int:
        """The number of error records of the stage that made this frame."""
        return _count(self._stage_errors)

    def errorsAsDynamicFrame(self) -> Self:
        """The error records of all stages, one column `error`.

        Its fields are callsite, msg, stackTrace, input, bytesread, source and dynamicRecord, the
        record that failed.
        """
        frame = errorrecords.as_frame(self.glue_ctx.spark_session, self._all_errors())
        return type(self)(frame, self.glue_ctx, f"{self.name}_errors")

    def assertErrorThreshold(self) -> None:
        """Raises ErrorThresholdExceededError when a threshold other than 0 is exceeded."""
        if self._stage_threshold:
            self._require(self._stage_threshold, self.stageErrorsCount(), "stage")
        if self._total_threshold:
            self._require(self._total_threshold, self.errorsCount(), "total")

    def _require(self, threshold: int, count: int, which: str) -> None:
        if count > threshold:
            raise ErrorThresholdExceededError(
                f"frame {self.name!r}: {count} error records, more than its {which} threshold of "
                f"{threshold}; errorsAsDynamicFrame() shows them"
            )

    def _settled(self) -> Rows:
        with self._lock:
            self._rows = settle(self._rows)
            return self._rows

    def _next(
        self,
        rows: Rows,
        stage_threshold: int,
        total_threshold: int,
        *errors: DataFrame,
        other: "Frame | None" = None,
    ) -> Self:
        """The frame after one more stage; `other` is the second frame that the stage has read."""
        made = type(self)(rows, self.glue_ctx, self.name)
        made._earlier_errors = (*self._all_errors(), *(other._all_errors() if other else ()))
        made._stage_errors = errors
        made._stage_threshold = stage_threshold
        made._total_threshold = total_threshold
        return made

    def _all_errors(self) -> tuple[DataFrame, ...]:
        return (*self._earlier_errors, *self._stage_errors)

    def _collection(self, frames: Mapping[str, Any]) -> "DynamicFrameCollection":
        from awsglue.frame.collection import DynamicFrameCollection

        for name, frame in frames.items():
            frame.name = name
        return DynamicFrameCollection(frames, self.glue_ctx)


def listed(names: str | Sequence[str]) -> list[str]:
    """Names or paths as a list; scripts write one alone as a string."""
    return [names] if isinstance(names, str) else list(names)


def _count(errors: Iterable[DataFrame]) -> int:
    return sum(frame.count() for frame in errors)


def _resolved(rows: Rows, option: ResolveOption) -> Rows:
    if option.action not in ("Project", "Cast", "KeepAsStruct"):
        raise InvalidOptionError(
            f"ResolveOption for {option.path!r}: the action {option.action!r} is unknown; valid: "
            "Project, Cast, KeepAsStruct"
        )
    if option.action == "KeepAsStruct":
        return choices.resolve(rows, [(option.path, "make_struct")])
    if option.target is None:
        raise InvalidOptionError(
            f"ResolveOption for {option.path!r}: {option.action} needs a target"
        )
    target = option.target.typeName()
    if isinstance(option.target, gluetypes.DecimalType):
        target += f"({option.target.precision},{option.target.scale})"
    return choices.resolve(rows, [(option.path, f"{option.action.lower()}:{target}")])


def _tree(data_type: DataType, lead: str) -> list[str]:
    lines = []
    for name, child in data_type.children():
        bare = isinstance(data_type, gluetypes.ChoiceType)
        lines.append(f"{lead}-- {name}" if bare else f"{lead}-- {name}: {child.typeName()}")
        lines += _tree(child, f"{lead}    |")
    return lines
