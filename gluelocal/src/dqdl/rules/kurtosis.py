"""Kurtosis: the excess over a normal distribution's, NULL left out. Column.<name>.Kurtosis

Of the whole population; with the central moments m2 and m4, the means of (x - mean)^2 and ^4:
m4 / m2^2 - 3, and 0 for equal values. Deequ, Kurtosis; the AWS Glue Developer Guide does not list
it.
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
    kurtosis = sql.filtered(f"kurtosis({value})", rule.where_sql)
    # Spark has no kurtosis for equal values, as for none at all.
    measure = Aggregate(f"CASE WHEN {count} > 0 THEN coalesce({kurtosis}, 0D) END")
    return metric_plan(rule, measure, f"Column.{column.written}.Kurtosis")


RULE_TYPE = RuleType(
    "Kurtosis",
    (Signature(("TargetColumn",), (ConditionKind.NUMBER,)),),
    plan,
    takes_where=True,
)
