"""DynamicFrame (Glue Developer Guide, "DynamicFrame class")."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pyspark.sql import DataFrame

from awsglue.engine import choices, combine, fields, mapping, nested, records
from awsglue.engine.rows import Rows
from awsglue.errors import InvalidOptionError, NotSupportedError
from awsglue.frame.base import Frame

if TYPE_CHECKING:
    from awsglue.context import GlueContext
    from awsglue.frame.collection import DynamicFrameCollection


class DynamicFrame(Frame):
    """Rows whose columns may hold values of several types; usable from several threads.

    While it has no such column and no Python function is applied, it is a plain DataFrame plan.
    The parameters that all transformations share: `transformation_ctx` and `info` name the stage;
    more than `stageThreshold` error records in the stage, or `totalThreshold` in all stages so far,
    raise ErrorThresholdExceededError when the frame is counted, shown or written; 0 means no limit.
    """

    @classmethod
    def fromDF(cls, dataframe: DataFrame, glue_ctx: "GlueContext", name: str) -> "DynamicFrame":
        """The rows of a DataFrame; its structs are structs, never choices."""
        return cls(Rows(dataframe), glue_ctx, name)

    def repartition(
        self,
        num_partitions: int,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> "DynamicFrame":
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
    ) -> "DynamicFrame":
        """The same rows in at most `num_partitions` partitions."""
        if shuffle:
            return self.repartition(num_partitions)
        rows = self._rows.with_frame(lambda frame: frame.coalesce(num_partitions))
        return self._next(rows, stageThreshold, totalThreshold)

    def apply_mapping(
        self,
        mappings: Sequence[Any],
        case_sensitive: bool = False,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> "DynamicFrame":
        """The mapped columns alone, in mapping order, renamed, cast and nested.

        A mapping is (source, source type, target, target type), or (source, target, target type),
        or (source, target). A value that cannot be cast becomes null; the source type is not
        checked; a source that is not there leaves its target out. TypeError, ValueError for what
        is no mapping.
        """
        rows = mapping.apply(self._rows, mapping.parse(mappings), case_sensitive)
        return self._next(rows, stageThreshold, totalThreshold)

    def select_fields(
        self,
        paths: str | Sequence[str],
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> "DynamicFrame":
        """The fields at the paths, in their order; a path that leads nowhere is passed over."""
        rows = fields.select(self._rows, _listed(paths))
        return self._next(rows, stageThreshold, totalThreshold)

    def drop_fields(
        self,
        paths: str | Sequence[str],
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> "DynamicFrame":
        """Everything but the fields at the paths."""
        return self._next(fields.drop(self._rows, _listed(paths)), stageThreshold, totalThreshold)

    def rename_field(
        self,
        oldName: str,
        newName: str,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
        **kwargs: Any,
    ) -> "DynamicFrame":
        """The field at path `oldName` at path `newName`; names with dots stand in backticks."""
        rows = fields.rename(self._rows, oldName, newName)
        return self._next(rows, stageThreshold, totalThreshold)

    def filter(
        self,
        f: Callable[[Any], Any],
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> "DynamicFrame":
        """The rows for which `f` (DynamicRecord -> truth) is true.

        KeyError, ValueError and TypeError in `f` mean false; another exception makes an error
        record.
        """
        rows, errors = records.filtered(self._settled(), f)
        return self._next(rows, stageThreshold, totalThreshold, errors)

    def map(
        self,
        f: Callable[[Any], Any],
        preservesPartitioning: bool = False,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> "DynamicFrame":
        """What `f` (DynamicRecord -> DynamicRecord or dict) makes of every row.

        An exception, None or an empty record makes an error record. `f` runs at once, not when the
        frame is used.
        """
        rows, errors = records.mapped(self.glue_ctx.spark_session, self._settled(), f)
        return self._next(rows, stageThreshold, totalThreshold, errors)

    def resolveChoice(
        self,
        specs: Sequence[tuple[str, str]] | None = None,
        choice: str = "",
        database: str | None = None,
        table_name: str | None = None,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
        catalog_id: str | None = None,
    ) -> "DynamicFrame":
        """Resolves choices, column by column with `specs` or all alike with `choice`.

        Actions: cast:T, project:T, make_cols, make_struct; match_catalog as `choice`, with
        `database` and `table_name`. ValueError unless exactly one of specs and choice is given.
        """
        if specs is None and not choice:
            raise InvalidOptionError("Parameter specs and option are both missing, add one.")
        if specs is not None and choice:
            raise InvalidOptionError("Parameter specs and option are both specified, choose one.")
        settled = self._settled()
        if choice == "match_catalog":
            if not database or not table_name:
                raise InvalidOptionError("match_catalog needs database and table_name")
            types = self.glue_ctx.catalog_types(database, table_name, catalog_id)
            rows = choices.match_types(settled, types)
        elif choice:
            rows = choices.resolve_all(settled, choice)
        else:
            rows = choices.resolve(settled, specs or ())
        return self._next(rows, stageThreshold, totalThreshold)

    resolve_choice = resolveChoice

    def join(
        self,
        paths1: Sequence[str],
        paths2: Sequence[str],
        frame2: "DynamicFrame",
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> "DynamicFrame":
        """Rows whose keys are equal; a name that both have gets a dot in front on frame2's side."""
        rows = combine.join(self._settled(), frame2._settled(), _listed(paths1), _listed(paths2))
        return self._next(rows, stageThreshold, totalThreshold)

    def union(
        self,
        other_frame: "DynamicFrame",
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> "DynamicFrame":
        """All rows of both, columns by name; a column of two types becomes a choice."""
        rows = combine.union(self._settled(), other_frame._settled())
        return self._next(rows, stageThreshold, totalThreshold)

    def split_fields(
        self,
        paths: Sequence[str],
        name1: str,
        name2: str,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> "DynamicFrameCollection":
        """Two frames: the fields at the paths, and the rest."""
        first = self._next(
            fields.select(self._rows, _listed(paths)), stageThreshold, totalThreshold
        )
        second = self._next(fields.drop(self._rows, _listed(paths)), stageThreshold, totalThreshold)
        return self._collection({name1: first, name2: second})

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

    def unnest(
        self,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> "DynamicFrame":
        """Structs flattened into columns whose names have dots; arrays stay."""
        return self._next(nested.unnest(self._settled()), stageThreshold, totalThreshold)

    def relationalize(
        self,
        root_table_name: str,
        staging_path: str | None = None,
        options: Mapping[str, Any] | None = None,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
        **kwargs: Any,
    ) -> "DynamicFrameCollection":
        """Flat frames: structs into columns with dots, each array into a frame of its own."""
        raise NotSupportedError("DynamicFrame.relationalize")

    def unbox(self, path: str, format: str, *args: Any, **options: Any) -> "DynamicFrame":
        """Parses a text column; not there yet."""
        raise NotSupportedError("DynamicFrame.unbox")

    def spigot(self, path: str, options: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        """Writes a sample of the rows; not there yet."""
        raise NotSupportedError("DynamicFrame.spigot")

    def mergeDynamicFrame(
        self, stage_dynamic_frame: "DynamicFrame", primary_keys: Sequence[str], **kwargs: Any
    ) -> "DynamicFrame":
        """Rows of this frame, replaced by those of another with the same key; not there yet."""
        raise NotSupportedError("DynamicFrame.mergeDynamicFrame")

    def _collection(self, frames: dict[str, "DynamicFrame"]) -> "DynamicFrameCollection":
        from awsglue.frame.collection import DynamicFrameCollection

        for name, frame in frames.items():
            frame.name = name
        return DynamicFrameCollection(frames, self.glue_ctx)


def _listed(names: str | Sequence[str]) -> list[str]:
    return [names] if isinstance(names, str) else list(names)
