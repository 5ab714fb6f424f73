"""Grouping measures over key columns, shared by the rules on uniqueness.

Rows whose keys are all NULL stand outside the ratios; per row they are a group like any other, so
one such row is unique and two are not (what Glue's engine answers).
"""

from dataclasses import dataclass

from dqdl import sql
from dqdl.errors import RuleFailedError
from dqdl.judging import metric_plan
from dqdl.model import Rule
from dqdl.plan import Aggregate, GroupAggregate, RulePlan
from dqdl.scope import Column, Scope

# Of the groups in sight; {n} and {all_null} as in GroupAggregate.
_ROWS = "sum(if({all_null}, 0, {n}))"
_UNIQUE = "count_if({n} = 1 AND NOT {all_null})"
_DISTINCT = "count_if({n} > 0 AND NOT {all_null})"


@dataclass(frozen=True)
class Keys:
    columns: tuple[Column, ...]
    where: str | None

    def __post_init__(self) -> None:
        for column in self.columns:
            # Spark groups by no map, and finds that out only when the rows are computed.
            if "map<" in column.type:
                raise RuleFailedError(
                    f"Column {column.written} cannot be a key: Spark does not compare {column.type}"
                )

    @classmethod
    def of(cls, rule: Rule, scope: Scope) -> "Keys":
        columns = tuple(scope.column(parameter.value) for parameter in rule.parameters)
        return cls(columns, rule.where_sql)

    @classmethod
    def all(cls, rule: Rule, scope: Scope) -> "Keys":
        """Every column of the frame."""
        return cls(tuple(scope.column(name) for name, _ in scope.columns), rule.where_sql)

    @property
    def metric_prefix(self) -> str:
        """`Column.a`, or `Multicolumn.a,b`."""
        names = ",".join(column.written for column in self.columns)
        return f"Column.{names}" if len(self.columns) == 1 else f"Multicolumn.{names}"

    @property
    def rows(self) -> GroupAggregate:
        return self._over_groups(_ROWS)

    @property
    def unique(self) -> GroupAggregate:
        """How many values stand exactly once."""
        return self._over_groups(_UNIQUE)

    @property
    def uniqueness(self) -> GroupAggregate:
        """The share of rows whose value stands exactly once; NULL without rows."""
        return self._over_groups(f"{_UNIQUE} / nullif({_ROWS}, 0)")

    @property
    def unique_value_ratio(self) -> GroupAggregate:
        """The share of the distinct values that stand exactly once; NULL without values."""
        return self._over_groups(f"{_UNIQUE} / nullif({_DISTINCT}, 0)")

    @property
    def entropy(self) -> GroupAggregate:
        """-sum(n/N * ln(n/N)), which is ln(N) - sum(n * ln(n)) / N; NULL without rows."""
        weighted = "sum(if({n} > 0 AND NOT {all_null}, {n} * ln({n}), 0D))"
        return self._over_groups(f"ln({_ROWS}) - {weighted} / nullif({_ROWS}, 0)")

    @property
    def distinct_with_null(self) -> GroupAggregate:
        return self._over_groups("count_if({n} > 0)")

    @property
    def duplicates(self) -> GroupAggregate:
        """How many rows have a value that stands more than once."""
        return self._over_groups("sum(if({n} > 1 AND NOT {all_null}, {n}, 0))")

    @property
    def are_present(self) -> str:
        """Whether none of the row's keys is NULL."""
        return sql.conjunction(*(f"{column.sql} IS NOT NULL" for column in self.columns))

    @property
    def complete(self) -> Aggregate:
        """How many rows have no NULL among their keys."""
        return Aggregate(sql.filtered(f"count_if({self.are_present})", self.where))

    @property
    def row_is_unique(self) -> str:
        keys = ", ".join(column.sql for column in self.columns)
        counted = (
            "count(1)" if self.where is None else f"count(CASE WHEN {self.where}\n THEN 1 END)"
        )
        return f"({counted} OVER (PARTITION BY {keys}) = 1)"

    def ratio_plan(self, rule: Rule, measure: GroupAggregate, name: str) -> RulePlan:
        """A rule on a share of unique values; a row fails when its value stands more than once."""
        operands = f"List({', '.join(column.written for column in self.columns)})"
        return metric_plan(
            rule,
            measure,
            f"{self.metric_prefix}.{name}",
            row=self.row_is_unique,
            analyzer=(name, operands),
        )

    def _over_groups(self, aggregate: str) -> GroupAggregate:
        keys = tuple(column.sql for column in self.columns)
        return GroupAggregate(keys, aggregate, self.where)
