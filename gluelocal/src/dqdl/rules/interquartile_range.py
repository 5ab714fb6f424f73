"""InterquartileRange: the third quartile less the first. Column.<name>.InterquartileRange

The exact quantiles of the n values that are not NULL, in order: with q of 0.25 and 0.75 the one at
place q * (n - 1), counted from 0, interpolated between its neighbours. One NaN makes it NaN. Deequ,
InterquartileRange; the AWS Glue Developer Guide does not list it.
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
    quartiles = sql.filtered(f"percentile({value}, array(0.25D, 0.75D))", rule.where_sql)
    # Spark sorts NaN to the end, where the quartiles may miss it.
    measure = Aggregate(f"if(isnan({greatest}), {greatest}, {quartiles}[1] - {quartiles}[0])")
    return metric_plan(rule, measure, f"Column.{column.written}.InterquartileRange")


RULE_TYPE = RuleType(
    "InterquartileRange",
    (Signature(("TargetColumn",), (ConditionKind.NUMBER,)),),
    plan,
    takes_where=True,
)
