"""What a rule asks of the data, and how it judges the answer. Everything here is a plain value.

SQL text is the currency: two rules that need the same number hold equal measures, and the planner
computes it once.
"""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

from dqdl.errors import RuleFailedError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from dqdl.distributions import Distribution
    from dqdl.model import Rule

Value: TypeAlias = float | int | Decimal | None


@dataclass(frozen=True)
class Aggregate:
    """One aggregate over all rows, such as `count(1)`; all of them share one scan."""

    sql: str


@dataclass(frozen=True)
class GroupAggregate:
    """An aggregate over the groups of equal keys; all over the same keys share one shuffle.

    `sql` sees one row a group, and names {n}, how many rows (that `where` keeps) it has, and
    {all_null}, whether each of its keys is NULL.
    """

    keys: tuple[str, ...]
    sql: str
    where: str | None = None


@dataclass(frozen=True)
class ScalarQuery:
    """A SELECT over the frame as `primary` that has to give one row of one number."""

    sql: str


@dataclass(frozen=True)
class RowQuery:
    """A SELECT over the frame as `primary`; the rows it returns are the ones that pass."""

    sql: str

    @property
    def flag(self) -> str:
        """The column that marks the returned rows while the row outcomes are made."""
        return "__dqdl_returned_" + hashlib.sha256(self.sql.encode()).hexdigest()[:16]

    @property
    def flag_is_set(self) -> str:
        return f"`{self.flag}` IS NOT NULL"


@dataclass(frozen=True)
class RowsPassing:
    """How many rows, of those that `where` keeps, have the predicate true.

    Where it is a rule's own predicate, its bits among the row outcomes are counted.
    """

    predicate: str
    where: str | None = None


@dataclass(frozen=True)
class RowsFailing:
    """How many rows have the predicate false."""

    predicate: str


class Probe(ABC):
    """A measure that finds its own answer, from files or the like; a frozen dataclass.

    `answer` raises RuleFailedError when there is none. PySpark is imported inside it.
    """

    @abstractmethod
    def answer(self, frame: "DataFrame") -> object: ...


Measure: TypeAlias = Aggregate | GroupAggregate | ScalarQuery | RowsPassing | RowsFailing | Probe


@dataclass(frozen=True)
class Measured:
    """The answers. A measure that failed raises RuleFailedError when a rule looks at it."""

    values: Mapping[Measure, Value | RuleFailedError]
    found: Mapping[Probe, object] = field(default_factory=dict)

    def get(self, measure: Measure) -> float | None:
        value = self.values[measure]
        if isinstance(value, RuleFailedError):
            raise value
        return None if value is None else float(value)

    def probed(self, probe: Probe) -> object:
        """What the probe answered."""
        answer = self.found[probe]
        if isinstance(answer, RuleFailedError):
            raise answer
        return answer

    def count(self, measure: Measure) -> int:
        return int(self.get(measure) or 0)


@dataclass(frozen=True)
class Verdict:
    """`reasons` are the lines of FailureReason; `metrics` is EvaluatedMetrics.

    `distributions` are what an analyzer reports that is no number.
    """

    passed: bool
    reasons: tuple[str, ...] = ()
    metrics: Mapping[str, float] = field(default_factory=dict)
    distributions: Mapping[str, "Distribution"] = field(default_factory=dict)


@dataclass(frozen=True)
class RulePlan:
    """`row` is a three-valued SQL expression (true: pass, false: fail, null: skip).

    A rule type says in it what the rule says of a row inside its `where`; the planner adds the
    filter, and keeps what it was made of in `inside` and `where`; `passes_outside` says whether
    rows that the filter leaves out pass. None is for a rule without a result per row: each row
    skips it. `queries` are those whose flags `row` reads. `metrics_of` is the rule whose metrics
    these are, where it is not the planned one.
    """

    measures: tuple[Measure, ...]
    judge: Callable[[Measured], Verdict]
    row: str | None = None
    queries: tuple[RowQuery, ...] = ()
    metrics_of: "Rule | None" = None
    inside: str | None = None
    where: str | None = None
    passes_outside: bool = False
