"""Operations on a frame's rows, and on two frames."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

from pyspark.sql import functions as F

from awsglue.engine import combine, records
from awsglue.errors import InvalidOptionError
from awsglue.frame.base import EMPTY, Frame, listed

if TYPE_CHECKING:
    from awsglue.frame.collection import DynamicFrameCollection

_SAMPLE = 100
"""How many rows spigot writes when the script does not say (Scala DynamicFrame, spigot)."""


class RowOperations(Frame):
    """Filtering, mapping, joining and splitting rows; see DynamicFrame on the parameters."""

    def repartition(
        self,
        num_partitions: int,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> Self:
        """The same rows in `num_partitions` partitions, hence in so many files."""
        rows = self._rows.with_frame(lambda frame: frame.repartition(num_partitions))
        return self._next(rows, stageThreshold, totalThreshold)

    def coalesce(
        self,
        num_partitions: int,
        shuffle: bool = False,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> Self:
        """The same rows in at most `num_partitions` partitions."""
        if shuffle:
            return self.repartition(num_partitions)
        rows = self._rows.with_frame(lambda frame: frame.coalesce(num_partitions))
        return self._next(rows, stageThreshold, totalThreshold)

    def filter(
        self,
        f: Callable[[Any], Any],
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> Self:
        """The rows for which `f` (DynamicRecord -> truth) is true.

        KeyError, ValueError and TypeError in `f` mean false; another exception makes an error
        record.
        """
        rows, errors = records.filtered(self._settled(), f)
        errors = errors.withColumn("info", F.lit(info))
        return self._next(rows, stageThreshold, totalThreshold, errors)

    def map(
        self,
        f: Callable[[Any], Any],
        preservesPartitioning: bool = False,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> Self:
        """What `f` (DynamicRecord -> DynamicRecord or dict) makes of every row.

        An exception, None or an empty record makes an error record. `f` runs at once, not when the
        frame is used.
        """
        rows, errors = records.mapped(self.glue_ctx.spark_session, self._settled(), f)
        errors = errors.withColumn("info", F.lit(info))
        return self._next(rows, stageThreshold, totalThreshold, errors)

    def mapPartitions(
        self,
        f: Callable[[Iterator[Any]], Iterable[Any]],
        preservesPartitioning: bool = True,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> Self:
        """What `f` (iterator of DynamicRecords -> records) makes of every partition, at once."""
        return self.mapPartitionsWithIndex(
            lambda _, partition: f(partition),
            preservesPartitioning,
            transformation_ctx,
            info,
            stageThreshold,
            totalThreshold,
        )

    def mapPartitionsWithIndex(
        self,
        f: Callable[[int, Iterator[Any]], Iterable[Any]],
        preservesPartitioning: bool = False,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> Self:
        """As mapPartitions, with the partition's number, from 0, as the first argument.

        An exception in `f` ends the job: no single record is to blame for it.
        """
        session = self.glue_ctx.spark_session
        rows = records.mapped_partitions(session, self._settled(), f)
        return self._next(rows, stageThreshold, totalThreshold)

    def join(
        self,
        paths1: Sequence[str],
        paths2: Sequence[str],
        frame2: Frame,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> Self:
        """Rows whose keys are equal; a name that both have gets a dot in front on frame2's side."""
        rows = combine.join(self._settled(), frame2._settled(), listed(paths1), listed(paths2))
        return self._next(rows, stageThreshold, totalThreshold, other=frame2)

    def union(
        self,
        other_frame: Frame,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> Self:
        """All rows of both, columns by name; a column of two types becomes a choice."""
        rows = combine.union(self._settled(), other_frame._settled())
        return self._next(rows, stageThreshold, totalThreshold, other=other_frame)

    def mergeDynamicFrame(
        self,
        stage_dynamic_frame: Frame,
        primary_keys: Sequence[str],
        transformation_ctx: str = "",
        options: Mapping[str, Any] = EMPTY,
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> Self:
        """The staged rows, and those of this frame whose primary key is not among them.

        Rows of one key stay as many as they are, on both sides. `options` are not used. Columns are
        matched by name, as in union.
        """
        rows = combine.merge(self._settled(), stage_dynamic_frame._settled(), listed(primary_keys))
        return self._next(rows, stageThreshold, totalThreshold, other=stage_dynamic_frame)

    def split_rows(
        self,
        comparison_dict: Mapping[str, Mapping[str, Any]],
        name1: str,
        name2: str,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> "DynamicFrameCollection":
        """Two frames: rows that meet all comparisons ({"age": {">": 10}}), and the rest."""
        settled = self._settled()
        condition = combine.split_condition(settled, comparison_dict)
        first = settled.with_frame(lambda frame: frame.filter(condition))
        second = settled.with_frame(lambda frame: frame.filter(~condition))
        return self._collection(
            {
                name1: self._next(first, stageThreshold, totalThreshold),
                name2: self._next(second, stageThreshold, totalThreshold),
            }
        )

    def spigot(
        self,
        path: str,
        options: Mapping[str, Any] = EMPTY,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> Self:
        """Writes a sample of the rows to `path` as JSON, at once; the rows go on unchanged.

        Options: `topk`, the most rows to write (100), and `prob`, the probability of each (1).
        """
        unknown = sorted(set(options) - {"topk", "prob"})
        if unknown:
            raise InvalidOptionError(
                f"spigot: unknown options {', '.join(unknown)}; valid: topk, prob"
            )
        top, probability = int(options.get("topk", _SAMPLE)), float(options.get("prob", 1))
        if top < 0 or not 0 <= probability <= 1:
            raise InvalidOptionError(
                f"spigot: topk is {top} and prob {probability}; valid: topk from 0, prob 0 to 1"
            )
        settled = self._settled()
        chance = F.rand() < probability if probability < 1 else F.lit(True)
        sample: Any = self._next(
            settled.with_frame(lambda rows: rows.filter(chance).limit(top)), 0, 0
        )
        self.glue_ctx.write_dynamic_frame_from_options(sample, "s3", {"path": path}, "json")
        return self._next(settled, stageThreshold, totalThreshold)
