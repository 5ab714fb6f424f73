"""Completeness: the share of values that are not NULL. Column.<name>.Completeness

A row fails when its value is NULL, even where the ratio is good enough for the rule.
"""

from dqdl import sql
from dqdl.judging import empty, holds, no_row_matched, ratio, total, unmet
from dqdl.model import ConditionKind, Rule
from dqdl.plan import Aggregate, Measured, RulePlan, Verdict
from dqdl.ruletype import RuleType, Signature
from dqdl.scope import Scope


def plan(rule: Rule, scope: Scope) -> RulePlan:
    """Also the plan of IsComplete, which has no condition and wants each value."""
    column = scope.column(rule.parameters[0].value)
    rows = total(rule)
    complete = Aggregate(sql.filtered(f"count({column.sql})", rule.where_sql))

    def judge(measured: Measured) -> Verdict:
        if no_row_matched(rule, measured):
            return Verdict(True)
        if measured.count(rows) == 0:
            return Verdict(False, (empty(f"Completeness({column.written},None,None)"),))
        value = ratio(measured.count(complete), measured.count(rows))
        passed = value == 1 if rule.condition is None else holds(rule.condition, value)
        metrics = {f"Column.{column.written}.Completeness": value}
        return Verdict(passed, () if passed else (unmet(value),), metrics)

    return RulePlan((rows, complete), judge, f"{column.sql} IS NOT NULL")


RULE_TYPE = RuleType(
    "Completeness",
    (Signature(("TargetColumn",), (ConditionKind.NUMBER,)),),
    plan,
    takes_where=True,
    fails_rows_on_problem=True,
    composite_rows=False,
    statistic=True,
)
