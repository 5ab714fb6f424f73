"""Operations on a frame's fields."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

from awsglue.engine import choices, fields, mapping
from awsglue.errors import InvalidOptionError
from awsglue.frame.base import Frame, listed

if TYPE_CHECKING:
    from awsglue.frame.collection import DynamicFrameCollection


class FieldOperations(Frame):
    """Selecting, renaming, casting and resolving fields; see DynamicFrame on the parameters."""

    def apply_mapping(
        self,
        mappings: Sequence[Any],
        case_sensitive: bool = False,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> Self:
        """The mapped columns alone, in mapping order, renamed, cast and nested.

        A mapping is (source, source type, target, target type), or (source, target, target type),
        or (source, target). A value that cannot be cast becomes null; the source type is not
        checked; a source that is not there leaves its target out. TypeError, ValueError for what
        is no mapping.
        """
        rows = mapping.apply(self._rows, mapping.parse(mappings), case_sensitive)
        return self._next(rows, stageThreshold, totalThreshold)

    def applyMapping(self, *args: Any, **kwargs: Any) -> Self:
        """Another name of apply_mapping."""
        return self.apply_mapping(*args, **kwargs)

    def select_fields(
        self,
        paths: str | Sequence[str],
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> Self:
        """The fields at the paths, in their order; a path that leads nowhere is passed over."""
        rows = fields.select(self._rows, listed(paths))
        return self._next(rows, stageThreshold, totalThreshold)

    def drop_fields(
        self,
        paths: str | Sequence[str],
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> Self:
        """Everything but the fields at the paths."""
        return self._next(fields.drop(self._rows, listed(paths)), stageThreshold, totalThreshold)

    def rename_field(
        self,
        oldName: str,
        newName: str,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> Self:
        """The field at path `oldName` at path `newName`; names with dots stand in backticks."""
        rows = fields.rename(self._rows, oldName, newName)
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
        first = self._next(fields.select(self._rows, listed(paths)), stageThreshold, totalThreshold)
        second = self._next(fields.drop(self._rows, listed(paths)), stageThreshold, totalThreshold)
        return self._collection({name1: first, name2: second})

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
    ) -> Self:
        """Resolves choices, column by column with `specs` or all alike with `choice`.

        Actions: cast:T, project:T, make_cols, make_struct; match_catalog as `choice`, with
        `database` and `table_name`. ValueError unless exactly one of specs and choice is given.
        """
        if specs is None and not choice:
            raise InvalidOptionError("Parameter specs and option are both missing, add one.")
        if specs is not None and choice:
            raise InvalidOptionError("Parameter specs and option are both specified, choose one.")
        if choice == "match_catalog":
            if not database or not table_name:
                raise InvalidOptionError("match_catalog needs database and table_name")
            types = self.glue_ctx.catalog_types(database, table_name, catalog_id)
            rows = choices.match_types(self._settled(), types)
        elif choice:
            rows = choices.resolve_all(self._settled(), choice)
        else:
            rows = choices.resolve(self._rows, specs or ())
        return self._next(rows, stageThreshold, totalThreshold)

    resolve_choice = resolveChoice
