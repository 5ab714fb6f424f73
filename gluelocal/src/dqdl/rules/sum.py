"""Sum: of the values that are not NULL. Column.<name>.Sum"""

from dqdl import sql
from dqdl.judging import metric_plan
from dqdl.model import ConditionKind, Rule
from dqdl.plan import Aggregate, RulePlan
from dqdl.ruletype import RuleType, Signature
from dqdl.scope import Scope


def plan(rule: Rule, scope: Scope) -> RulePlan:
    column = scope.column(rule.parameters[0].value).require_numeric()
    # Integers are added as decimals, which do not wrap around; decimals stay exact.
    value = f"CAST({column.sql} AS DECIMAL(20,0))" if column.is_integer else column.sql
    measure = Aggregate(sql.filtered(f"sum({value})", rule.where_sql))
    return metric_plan(rule, measure, f"Column.{column.written}.Sum")


RULE_TYPE = RuleType(
    "Sum",
    (Signature(("TargetColumn",), (ConditionKind.NUMBER,)),),
    plan,
    takes_where=True,
    statistic=True,
)
