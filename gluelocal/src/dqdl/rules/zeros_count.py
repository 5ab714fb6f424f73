"""ZerosCount: how many values are 0. Column.<name>.ZerosCount

NULL and NaN are not 0, and a column of nothing but NULL has no zeros. Deequ, ZerosCount; the AWS
Glue Developer Guide does not list it.
"""

from dqdl import sql
from dqdl.judging import metric_plan
from dqdl.model import ConditionKind, Rule
from dqdl.plan import Aggregate, RulePlan
from dqdl.ruletype import RuleType, Signature
from dqdl.scope import Scope


def plan(rule: Rule, scope: Scope) -> RulePlan:
    column = scope.column(rule.parameters[0].value).require_numeric()
    zeros = sql.filtered(f"sum(if({column.sql} = 0, 1, 0))", rule.where_sql)
    return metric_plan(rule, Aggregate(zeros), f"Column.{column.written}.ZerosCount", whole=True)


RULE_TYPE = RuleType(
    "ZerosCount",
    (Signature(("TargetColumn",), (ConditionKind.NUMBER,)),),
    plan,
    takes_where=True,
)
