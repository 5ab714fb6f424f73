"""StandardDeviation: of the whole population, NULL left out. Column.<name>.StandardDeviation"""

from dqdl import sql
from dqdl.judging import metric_plan
from dqdl.model import ConditionKind, Rule
from dqdl.plan import Aggregate, RulePlan
from dqdl.ruletype import RuleType, Signature
from dqdl.scope import Scope


def plan(rule: Rule, scope: Scope) -> RulePlan:
    column = scope.column(rule.parameters[0].value).require_numeric()
    measure = Aggregate(sql.filtered(f"stddev_pop(CAST({column.sql} AS DOUBLE))", rule.where_sql))
    return metric_plan(rule, measure, f"Column.{column.written}.StandardDeviation")


RULE_TYPE = RuleType(
    "StandardDeviation",
    (Signature(("TargetColumn",), (ConditionKind.NUMBER,)),),
    plan,
    takes_where=True,
    statistic=True,
)
