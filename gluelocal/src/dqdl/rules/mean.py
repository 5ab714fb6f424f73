"""Mean: the average of the values that are not NULL. Column.<name>.Mean"""

from dqdl import sql
from dqdl.judging import metric_plan
from dqdl.model import ConditionKind, Rule
from dqdl.plan import Aggregate, RulePlan
from dqdl.ruletype import RuleType, Signature
from dqdl.scope import Scope


def plan(rule: Rule, scope: Scope) -> RulePlan:
    column = scope.column(rule.parameters[0].value).require_numeric()
    measure = Aggregate(sql.filtered(f"avg(CAST({column.sql} AS DOUBLE))", rule.where_sql))
    return metric_plan(rule, measure, f"Column.{column.written}.Mean")


RULE_TYPE = RuleType(
    "Mean",
    (Signature(("TargetColumn",), (ConditionKind.NUMBER,)),),
    plan,
    takes_where=True,
    statistic=True,
)
