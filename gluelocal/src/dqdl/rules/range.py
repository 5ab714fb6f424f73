"""Range: the greatest value less the smallest, NULL left out. Column.<name>.Range

Deequ, Range; the AWS Glue Developer Guide does not list it. NaN counts as the greatest value.
"""

from dqdl import sql
from dqdl.judging import metric_plan
from dqdl.model import ConditionKind, Rule
from dqdl.plan import Aggregate, RulePlan
from dqdl.ruletype import RuleType, Signature
from dqdl.scope import Scope


def plan(rule: Rule, scope: Scope) -> RulePlan:
    column = scope.column(rule.parameters[0].value).require_numeric()
    value = f"CAST({column.sql} AS DOUBLE)"
    greatest = sql.filtered(f"max({value})", rule.where_sql)
    smallest = sql.filtered(f"min({value})", rule.where_sql)
    return metric_plan(
        rule, Aggregate(f"{greatest} - {smallest}"), f"Column.{column.written}.Range"
    )


RULE_TYPE = RuleType(
    "Range",
    (Signature(("TargetColumn",), (ConditionKind.NUMBER,)),),
    plan,
    takes_where=True,
)
