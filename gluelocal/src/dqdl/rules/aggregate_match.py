"""AggregateMatch: a sum or average over one of another column, of this dataset or another.

Column.<name>.AggregateMatch, or Column.<first>,<second>.AggregateMatch for two names. AWS Glue
Developer Guide, AggregateMatch: `sum(column)` or `avg(alias.column)`, numeric columns. Nothing to
aggregate counts as 0; two zeros match (1.0), and nothing but 0 matches a 0 (0.0).
"""

import re
from dataclasses import dataclass

from dqdl import sql
from dqdl.errors import UnsupportedRuleError
from dqdl.model import Condition, ConditionKind, Rule
from dqdl.plan import Aggregate, Measured, RulePlan, ScalarQuery, Verdict
from dqdl.references import judged, reference_and_rest, source_scope
from dqdl.ruletype import RuleType, Signature
from dqdl.scope import PRIMARY, Column, Scope

_EXPRESSION = re.compile(r"(sum|avg|SUM|AVG)\s*\((.+)\)", re.DOTALL)


@dataclass(frozen=True)
class _Expression:
    function: str
    argument: str

    @classmethod
    def of(cls, written: str) -> "_Expression":
        found = _EXPRESSION.fullmatch(written.strip())
        if found is None:
            raise UnsupportedRuleError(
                f'AggregateMatch cannot read "{written}"; write "sum(column)", "avg(column)" or '
                '"sum(alias.column)"'
            )
        return cls(found[1].lower(), found[2].strip().replace('"', ""))

    @property
    def column_name(self) -> str:
        return reference_and_rest(self.argument)[1]

    def column(self, scope: Scope) -> tuple[str, Column]:
        """The dataset's alias (`primary` for the frame itself) and its column."""
        alias, name = reference_and_rest(self.argument, (*scope.sources, PRIMARY))
        if alias in ("", PRIMARY):
            return PRIMARY, scope.column(name).require_numeric()
        if alias not in scope.sources:
            # A column of the frame may have a dot in its name.
            own = scope.lookup(self.argument)
            if own is not None:
                return PRIMARY, own.require_numeric()
        there = source_scope(alias, scope, f"{alias} not found in additional sources")
        return alias, there.column(name).require_numeric()

    def measure(self, alias: str, column: Column) -> Aggregate | ScalarQuery:
        """Exact but for floats: Spark's own sum of integers wraps around."""
        value = f"CAST({column.sql} AS DOUBLE)"
        if self.function == "sum":
            value = f"CAST({column.sql} AS DECIMAL(20,0))" if column.is_integer else column.sql
        aggregate = f"{self.function}({value})"
        if alias == PRIMARY:
            return Aggregate(aggregate)
        return ScalarQuery(f"SELECT {aggregate} FROM {sql.name(alias)}")


def plan(rule: Rule, scope: Scope) -> RulePlan:
    expressions = [_Expression.of(parameter.value) for parameter in rule.parameters]
    columns = [expression.column(scope) for expression in expressions]
    first, second = (
        expression.measure(alias, column)
        for expression, (alias, column) in zip(expressions, columns, strict=True)
    )
    names = ",".join(dict.fromkeys(column.written for _, column in columns))

    def judge(measured: Measured) -> Verdict:
        above, below = measured.get(first) or 0.0, measured.get(second) or 0.0
        zero = 0.0 if above else 1.0
        return judged(rule, f"Column.{names}.AggregateMatch", above / below if below else zero)

    return RulePlan((first, second), judge)


def history_metric(rule: Rule, _condition: Condition) -> str:
    names = (_Expression.of(parameter.value).column_name for parameter in rule.parameters)
    return f"Column.{','.join(dict.fromkeys(names))}.AggregateMatch"


RULE_TYPE = RuleType(
    "AggregateMatch",
    (Signature(("AggregateExpression1", "AggregateExpression2"), (ConditionKind.NUMBER,)),),
    plan,
    history_metric=history_metric,
    parameters_in_metric=False,
)
