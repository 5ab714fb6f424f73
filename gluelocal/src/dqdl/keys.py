"""Grouping measures over key columns, shared by the rules on uniqueness.

Rows whose keys are all NULL stand outside the ratios; per row they are a group like any other, so
one such row is unique and two are not (what Glue's engine answers).
"""

from dataclasses import dataclass

from dqdl.model import Rule
from dqdl.plan import GroupAggregate
from dqdl.scope import Column, Scope


@dataclass(frozen=True)
class Keys:
    columns: tuple[Column, ...]
    where: str | None

    @classmethod
    def of(cls, rule: Rule, scope: Scope) -> "Keys":
        columns = tuple(scope.column(parameter.value) for parameter in rule.parameters)
        return cls(columns, rule.where_sql)

    @property
    def metric_prefix(self) -> str:
        """`Column.a`, or `Multicolumn.a,b`."""
        names = ",".join(column.written for column in self.columns)
        return f"Column.{names}" if len(self.columns) == 1 else f"Multicolumn.{names}"

    @property
    def rows(self) -> GroupAggregate:
        return self._over_groups("sum(if({all_null}, 0, {n}))")

    @property
    def unique(self) -> GroupAggregate:
        """How many values stand exactly once."""
        return self._over_groups("count_if({n} = 1 AND NOT {all_null})")

    @property
    def distinct(self) -> GroupAggregate:
        return self._over_groups("count_if({n} > 0 AND NOT {all_null})")

    @property
    def distinct_with_null(self) -> GroupAggregate:
        return self._over_groups("count_if({n} > 0)")

    @property
    def weighted_logarithms(self) -> GroupAggregate:
        """The sum of n * ln(n) over the values, from which the entropy follows."""
        return self._over_groups("sum(if({n} > 0 AND NOT {all_null}, {n} * ln({n}), 0D))")

    @property
    def row_is_unique(self) -> str:
        keys = ", ".join(column.sql for column in self.columns)
        counted = (
            "count(1)" if self.where is None else f"count(CASE WHEN {self.where}\n THEN 1 END)"
        )
        return f"({counted} OVER (PARTITION BY {keys}) = 1)"

    def _over_groups(self, sql: str) -> GroupAggregate:
        return GroupAggregate(tuple(column.sql for column in self.columns), sql, self.where)
