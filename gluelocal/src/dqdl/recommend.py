"""A starting ruleset from the data itself.

The formulas are those by which AWS Glue's recommendation runs answered on public data, recomputed:
bounds one beyond the values seen, completeness and coverage as the lower end of a 95% confidence
interval, the deviation give or take 5%. Thresholds for categories and uniqueness are Deequ's.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, localcontext
from typing import TYPE_CHECKING

from dqdl import sql
from dqdl.model import Ruleset
from dqdl.operands import Text
from dqdl.parser import parse

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from dqdl.profile import ColumnProfile, Profile, ValueCount

_CENT = Decimal("0.01")
_Z_95 = 1.96
_SPREAD = 0.05
_LIST_ALL = 0.1  # at most this share of a category's values may stand once to list all of them
_LIST_TOP = 0.4  # ... and this one to list the frequent ones
_COVERED = 0.9
_UNIQUE = 0.95
_DIGITS = 38  # of a decimal in Spark
_STRING = re.compile(r'"(?:\\.|[^"\\])*"', re.DOTALL)


def recommend(frame: "DataFrame", like_glue: bool = False) -> Ruleset:
    """Rules that hold on this frame, in the order of its columns.

    `like_glue`: what AWS Glue would recommend, to the letter, though a rule of it may fail on the
    very data it comes from: Glue's bounds and lists pass over NULL, which today's rules do not, and
    it takes approximate uniqueness for exact. Otherwise such rules name NULL, or are left out.
    A column whose name DQDL cannot spell, or Spark cannot tell from another, gets no rules.
    """
    from dqdl.profile import profile
    from dqdl.spark import setting

    found = profile(frame)
    with localcontext() as context:
        context.prec = 2 * _DIGITS
        rules = list(
            _rules(found, like_glue, setting(frame.sparkSession, "spark.sql.caseSensitive"))
        )
    return parse("Rules = [\n" + ",\n".join(rules) + "\n]")


def _rules(found: "Profile", like_glue: bool, case_sensitive: bool) -> Iterator[str]:
    if not found.rows:
        yield f"ColumnCount = {len(found.columns)}"
        return
    yield f"RowCount between {found.rows // 2} and {found.rows * 2}"
    names = [c.name if case_sensitive else c.name.lower() for c in found.columns]
    times = Counter(names)
    for name, column in zip(names, found.columns, strict=True):
        written = _quoted(column.name)
        if times[name] == 1 and written is not None:
            yield from _Column(column, written, found.rows, like_glue).rules()


class _Column:
    def __init__(self, profile: "ColumnProfile", written: str, rows: int, like_glue: bool) -> None:
        self._profile = profile
        self._written = written
        self._rows = rows
        self._like_glue = like_glue

    def rules(self) -> Iterator[str]:
        yield from self._completeness()
        if self._profile.present:
            yield from self._categories()
            yield from self._deviation()
            yield from self._uniqueness()
            yield from self._bounds()
            yield from self._lengths()

    def _completeness(self) -> Iterator[str]:
        if self._profile.present == self._rows:
            yield f"IsComplete {self._written}"
        elif bound := _lower_end(self._profile.present, self._rows):
            yield f"Completeness {self._written} >= {_shown(bound)}"

    def _categories(self) -> Iterator[str]:
        values = self._profile.values
        if not values:
            return
        once = sum(1 for value in values if value.rows == 1) / len(values)
        if once <= _LIST_ALL and (listed := self._listed(values)):
            yield f"ColumnValues {self._written} in {listed}"
        top, covered = [], 0
        for value in values:
            if covered >= _COVERED * self._rows:
                break
            top.append(value)
            covered += value.rows
        bound = _lower_end(covered, self._rows)
        if once <= _LIST_TOP and covered < self._rows and (listed := self._listed(tuple(top))):
            yield f"ColumnValues {self._written} in {listed} with threshold >= {_shown(bound)}"

    def _listed(self, values: "tuple[ValueCount, ...]") -> str | None:
        texts = [Text(_escaped(value.value)) for value in values if value.value is not None]
        if not texts or all(text.is_date for text in texts):
            return None  # DQDL would compare such a list as dates
        shown = [str(text) for text in texts]
        if len(texts) < len(values) and not self._like_glue:
            shown.append("NULL")
        return f"[{','.join(shown)}]"

    def _deviation(self) -> Iterator[str]:
        deviation = self._profile.deviation
        if deviation is None or not math.isfinite(deviation):
            return
        low, high = (
            Decimal(repr(deviation * factor)).quantize(_CENT, ROUND_HALF_UP)
            for factor in (1 - _SPREAD, 1 + _SPREAD)
        )
        if low < Decimal(repr(deviation)) < high:
            yield f"StandardDeviation {self._written} between {_shown(low)} and {_shown(high)}"

    def _uniqueness(self) -> Iterator[str]:
        from dqdl.profile import is_almost_unique

        seen = self._profile
        if seen.present < self._rows or not is_almost_unique(seen.distinct, self._rows):
            return
        if self._like_glue or (seen.once or 0) > _UNIQUE * self._rows:
            yield f"Uniqueness {self._written} > {_UNIQUE}"

    def _bounds(self) -> Iterator[str]:
        low, high = self._profile.minimum, self._profile.maximum
        if low is None or high is None:
            return
        bounds = (high,) if low == 0 else (low - 1, high + 1)
        if low != 0 and not self._tells_apart(low, high):
            return
        where = self._where_present()
        if where is not None:
            yield f"ColumnValues {self._written} {_range(bounds)}{where}"

    def _tells_apart(self, low: Decimal, high: Decimal) -> bool:
        """Whether one beyond is another number to the column's type."""
        if self._profile.type in ("float", "double"):
            return float(low - 1) < float(low) and float(high) < float(high + 1)
        return all(len(bound.as_tuple().digits) <= _DIGITS for bound in (low - 1, high + 1))

    def _where_present(self) -> str | None:
        """A filter that leaves NULL and NaN aside, '' for none; None when DQDL cannot spell it."""
        name = sql.name(self._profile.name)
        filters = []
        if self._profile.present < self._rows:
            filters.append(f"{name} IS NOT NULL")
        if self._profile.nans:
            filters.append(f"NOT isnan({name})")
        if self._like_glue or not filters:
            return ""
        written = _quoted(" AND ".join(filters))
        return None if written is None else f" where {written}"

    def _lengths(self) -> Iterator[str]:
        low, high = self._profile.shortest, self._profile.longest
        if low is not None and high is not None:
            bounds = (Decimal(high),) if low == 0 else (Decimal(low - 1), Decimal(high + 1))
            yield f"ColumnLength {self._written} {_range(bounds)}"


def _range(bounds: tuple[Decimal, ...]) -> str:
    if len(bounds) == 1:
        return f"<= {_shown(bounds[0])}"
    return f"between {_shown(bounds[0])} and {_shown(bounds[1])}"


def _lower_end(part: int, whole: int) -> Decimal:
    """The lower end of the share's 95% confidence interval (Wald), cut to two decimals."""
    share = part / whole
    end = share - _Z_95 * math.sqrt(share * (1 - share) / whole)
    return max(Decimal(repr(end)).quantize(_CENT, ROUND_DOWN), Decimal(0))


def _shown(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _quoted(text: str) -> str | None:
    """The text as DQDL spells a name or filter; None when it cannot: a backslash before a quote."""
    quoted = '"' + text.replace('"', '\\"') + '"'
    sound = _STRING.fullmatch(quoted) and quoted[1:-1].replace('\\"', '"') == text
    return quoted if sound else None


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
