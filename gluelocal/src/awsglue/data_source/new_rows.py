"""Which rows of a database's table a run reads: those beyond its job bookmark's keys.

Glue Developer Guide, "Using job bookmarks": the keys grow (or shrink) strictly, so a new row lies
beyond all rows that were read. What a run reads has an end, the outermost key that is there when
the source is made: rows that come later are the next run's, and none is lost before the commit. All
comparing is the database's, which knows the order of its values.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pyspark.sql import DataFrame, SparkSession

from awsglue.bookmarks.run import BookmarkedRun, tracked
from awsglue.bookmarks.state import State
from awsglue.data_source.keys import beyond
from awsglue.errors import InvalidOptionError

logger = logging.getLogger(__name__)

KEYS, ORDER = "jobBookmarkKeys", "jobBookmarkKeysSortOrder"
_ORDERS = ("asc", "desc")


class KeyedSource(Protocol):
    """A table or query whose rows can be taken by a condition."""

    def rows(self, session: SparkSession, where: str = "") -> DataFrame:
        """The rows for which the SQL condition holds."""

    def edge(
        self, session: SparkSession, keys: Sequence[str], where: str = "", descending: bool = False
    ) -> tuple[str, ...] | None:
        """The outermost key among these rows, as SQL literals; None without rows."""


@dataclass(frozen=True)
class Keys:
    """The columns of the one compound key; `order` is asc or desc."""

    columns: tuple[str, ...]
    order: str = _ORDERS[0]

    @classmethod
    def of(cls, options: Mapping[str, Any], primary_key: Sequence[str] = ()) -> "Keys | None":
        """From jobBookmarkKeys and jobBookmarkKeysSortOrder, else the primary key; None: neither.

        InvalidOptionError for an order that is none.
        """
        order = str(options.get(ORDER) or _ORDERS[0]).lower()
        if order not in _ORDERS:
            raise InvalidOptionError(f"{ORDER} is {order!r}; valid: {', '.join(_ORDERS)}")
        given = options.get(KEYS)
        named = [part.strip() for part in given.split(",")] if isinstance(given, str) else given
        columns = tuple(named or primary_key)
        return cls(columns, order) if columns else None

    def beyond(self, literals: Sequence[str]) -> str:
        """The SQL condition of the rows after a key."""
        return beyond(self.columns, literals, descending=self.order == "desc")

    def edge(self, session: SparkSession, source: KeyedSource, where: str) -> Sequence[str] | None:
        """The outermost key among the rows of a condition; one query."""
        return source.edge(session, self.columns, where, self.order == "desc")

    def state(self, literals: Sequence[str]) -> State:
        """The state of a bookmark that has read up to a key."""
        return {"rows": {"keys": list(self.columns), "order": self.order, "values": list(literals)}}

    def values(self, state: State | None, transformation_ctx: str) -> Sequence[str] | None:
        """The key that a state has read up to; InvalidOptionError when it is of other keys."""
        if state is None:
            return None
        kept: Mapping[str, Any] = state.get("rows", {})
        values: list[str] = kept.get("values", [])
        if self.state(values) != state:
            raise InvalidOptionError(
                f"the bookmark of {transformation_ctx!r} was kept for the keys "
                f"{kept.get('keys', [])} {kept.get('order', '')}; use these, rename the "
                "transformation_ctx, or reset the job bookmark"
            )
        return values


def unread_rows(
    session: SparkSession,
    source: KeyedSource,
    transformation_ctx: str,
    options: Mapping[str, Any],
    primary_key: Sequence[str] = (),
) -> DataFrame:
    """The rows that this run reads, and notes their end in the run; all rows without a bookmark.

    A row without a key is read by the first run alone. Without any keys all rows are read each
    time, and a warning says so.
    """
    run = tracked(transformation_ctx)
    if run is None:
        return source.rows(session)
    keys = Keys.of(options, primary_key)
    if keys is None:
        logger.warning(
            "%s: the table has no primary key, so every run reads all its rows; name columns in "
            "%s whose values grow from row to row",
            transformation_ctx,
            KEYS,
        )
        return source.rows(session)
    return source.rows(session, _condition(session, source, run, transformation_ctx, keys))


def _condition(
    session: SparkSession,
    source: KeyedSource,
    run: BookmarkedRun,
    transformation_ctx: str,
    keys: Keys,
) -> str:
    start = keys.values(run.after.get(transformation_ctx), transformation_ctx)
    after = "" if start is None else f"({keys.beyond(start)})"
    if run.until is None:
        end = keys.edge(session, source, after)
        if end is not None:
            run.advance(transformation_ctx, keys.state(end))
    else:
        end = keys.values(run.until.get(transformation_ctx), transformation_ctx)
        if end is None:
            return "1 = 0"
    without_key = " OR ".join(f"{name} IS NULL" for name in keys.columns)
    if end is None:
        return without_key if start is None else "1 = 0"
    within = f"NOT ({keys.beyond(end)})"
    return f"({within} OR {without_key})" if start is None else f"{after} AND {within}"
