"""ColumnCorrelation: Pearson's correlation of two columns. Multicolumn.<a>,<b>.ColumnCorrelation"""

from dqdl import sql
from dqdl.judging import metric_plan
from dqdl.model import ConditionKind, Rule
from dqdl.plan import Aggregate, RulePlan
from dqdl.ruletype import RuleType, Signature
from dqdl.scope import Scope


def plan(rule: Rule, scope: Scope) -> RulePlan:
    first, second = (
        scope.column(parameter.value).require_numeric() for parameter in rule.parameters
    )
    correlation = f"corr(CAST({first.sql} AS DOUBLE), CAST({second.sql} AS DOUBLE))"
    measure = Aggregate(sql.filtered(correlation, rule.where_sql))
    key = f"Multicolumn.{first.written},{second.written}.ColumnCorrelation"
    return metric_plan(rule, measure, key)


RULE_TYPE = RuleType(
    "ColumnCorrelation",
    (Signature(("TargetColumn1", "TargetColumn2"), (ConditionKind.NUMBER,)),),
    plan,
    takes_where=True,
    statistic=True,
)
