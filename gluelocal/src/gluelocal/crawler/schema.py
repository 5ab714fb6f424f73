"""Columns of a file, and what several files' columns make together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gluelocal.crawler.hive_types import HiveType, alike, merge, render

# Data Catalog: a column's name has 1 to 255 characters.
MAX_NAME = 255
# AWS says "similar" and gives no figure; this one is ours (see docs/crawlers.md).
SIMILAR = 0.7


@dataclass(frozen=True)
class Column:
    name: str
    type: HiveType

    def as_catalog(self) -> dict[str, str]:
        return {"Name": self.name, "Type": render(self.type)}


def catalog_names(names: Iterable[str]) -> list[str]:
    """Names as the crawler writes them: trimmed, lower case, blanks and punctuation kept.

    An unnamed column is called `col` and its position; a name that was there before gets the
    first free `_1`, `_2`, ...
    """
    wanted = [
        name.strip().lower()[:MAX_NAME] or f"col{position}" for position, name in enumerate(names)
    ]
    given = set(wanted)
    used: set[str] = set()
    unique = []
    for name in wanted:
        chosen, count = name, 0
        while chosen in used or (count and chosen in given):
            count += 1
            suffix = f"_{count}"
            chosen = name[: MAX_NAME - len(suffix)] + suffix
        used.add(chosen)
        unique.append(chosen)
    return unique


def merge_columns(schemas: Iterable[Sequence[Column]]) -> tuple[Column, ...]:
    """All columns in the order they first appear, each with a type for all its values."""
    merged: dict[str, HiveType] = {}
    for schema in schemas:
        for column in schema:
            known = merged.get(column.name)
            merged[column.name] = column.type if known is None else merge(known, column.type)
    return tuple(Column(name, type_) for name, type_ in merged.items())


def similarity(left: Sequence[Column], right: Sequence[Column], ordered: bool) -> float:
    """From 0.0 to 1.0: shared columns by all columns; a change of type counts a half.

    Where a column is known by its place (`ordered`, as in a CSV), it is shared only at the same
    place: a table that mixed places would show one column's cells under another's name.
    """
    one = {(place * ordered, column.name): column.type for place, column in enumerate(left)}
    other = {(place * ordered, column.name): column.type for place, column in enumerate(right)}
    every = one.keys() | other.keys()
    if not every:
        return 1.0
    shared = sum(1.0 if alike(one[n], other[n]) else 0.5 for n in one.keys() & other.keys())
    return shared / len(every)
