"""What the rules that compare the frame with another dataset share.

How a rule names the other dataset and its columns, and the query for the rows found there.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dqdl import sql
from dqdl.errors import RuleFailedError
from dqdl.judging import holds, unmet_ratio
from dqdl.model import Rule
from dqdl.plan import RowQuery, Verdict
from dqdl.scope import PRIMARY, Column, Scope

# Text beside an exact number is read with all the digits that a decimal of Spark can have.
_EXACT = "DECIMAL(38,18)"
_LIST_ITEM = re.compile(r"(?:`[^`]*`|[^,])+")


@dataclass(frozen=True)
class Pair:
    """A column of the frame and the one of the other dataset that it is compared with."""

    own: Column
    other: Column

    @property
    def shares_type(self) -> bool:
        """Equal values are one value to Spark, whichever side they are on."""
        own, other = self.own, self.other
        return (
            own.type == other.type
            or (own.is_integer and other.is_integer)
            or (own.is_float and other.is_float)
        )

    @property
    def equal(self) -> str:
        """`p` is the frame, `r` the other dataset; NULL equals nothing.

        Spark's own comparison, but text that is no value of the other side's type is unequal
        instead of an error.
        """
        own, other = f"p.{self.own.sql}", f"r.{self.other.sql}"
        if self.own.is_string and not self.other.is_string:
            own = _read(own, self.other)
        elif self.other.is_string and not self.own.is_string:
            other = _read(other, self.own)
        return f"{own} = {other}"

    @property
    def same(self) -> str:
        """As `equal`, and NULL is the same as NULL."""
        return f"({self.equal} OR (p.{self.own.sql} IS NULL AND r.{self.other.sql} IS NULL))"


def _read(text: str, beside: Column) -> str:
    is_exact = beside.is_numeric and not beside.is_float
    return f"try_cast({text} AS {_EXACT if is_exact else beside.type})"


def listed(names: str) -> list[str]:
    """The names of a comma-separated list; a comma between backticks belongs to the name."""
    return [item.strip() for item in _LIST_ITEM.findall(names) if item.strip()]


def reference_and_rest(text: str, aliases: Iterable[str] = ()) -> tuple[str, str]:
    """`alias.rest` -> alias and rest; the alias is '' when the text has none.

    An alias may hold dots (`database.table`), and so may a column's name: one of `aliases` counts
    first, else what stands before the braces, the backticks or the last dot.
    """
    known = [alias for alias in aliases if text.startswith(f"{alias}.")]
    if known:
        alias = max(known, key=len)
        return alias, text[len(alias) + 1 :]
    opening = {"}": "{", "`": "`"}.get(text[-1:], "")
    alias, dot, rest = text.rpartition("." + opening)
    return (alias, opening + rest) if dot else ("", text)


def rows_found(alias: str, keys: Sequence[Pair], values: Sequence[Pair] = ()) -> RowQuery:
    """The rows of the frame whose keys, and values beside them, the other dataset has.

    A NULL among the keys is not found; a NULL value is the same as NULL.
    """
    pairs = (*keys, *values)
    own = dict.fromkeys(pair.own.sql for pair in pairs)
    source = sql.name(alias)
    if len(own) == len(pairs) and all(pair.shares_type for pair in pairs):
        # The other dataset's values can be joined to the frame as they are: one scan less.
        columns = ", ".join(f"{pair.other.sql} AS {pair.own.sql}" for pair in pairs)
        present = sql.conjunction(*(f"{key.other.sql} IS NOT NULL" for key in keys))
        return RowQuery(f"SELECT {columns} FROM {source} WHERE {present}")
    columns = ", ".join(f"p.{name}" for name in own)
    found = sql.conjunction(*(key.equal for key in keys), *(value.same for value in values))
    return RowQuery(f"SELECT {columns} FROM {PRIMARY} AS p LEFT SEMI JOIN {source} AS r ON {found}")


def source_scope(alias: str, scope: Scope, missing: str) -> Scope:
    """The other dataset's scope; RuleFailedError with the rule type's own words for `missing`."""
    if alias not in scope.sources:
        raise RuleFailedError(missing)
    return scope.of_source(alias)


def judged(rule: Rule, key: str, value: float) -> Verdict:
    """The verdict on a ratio, in the words of the rules outside Glue's metrics engine."""
    assert rule.condition is not None
    passed = holds(rule.condition, value)
    return Verdict(passed, () if passed else (unmet_ratio(value),), {key: value})
