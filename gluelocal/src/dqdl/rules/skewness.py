"""Skewness: of the whole population, NULL left out. Column.<name>.Skewness

With the central moments m2 and m3, the means of (x - mean)^2 and ^3: m3 / m2^1.5, and 0 for equal
values. Deequ, Skewness; the AWS Glue Developer Guide does not list it.
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
    count = sql.filtered(f"count({value})", rule.where_sql)
    skewness = sql.filtered(f"skewness({value})", rule.where_sql)
    # Spark has no skewness for equal values, as for none at all.
    measure = Aggregate(f"CASE WHEN {count} > 0 THEN coalesce({skewness}, 0D) END")
    return metric_plan(rule, measure, f"Column.{column.written}.Skewness")


RULE_TYPE = RuleType(
    "Skewness",
    (Signature(("TargetColumn",), (ConditionKind.NUMBER,)),),
    plan,
    takes_where=True,
)
