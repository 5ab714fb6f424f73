"""DataFreshness: each moment's age, in hours to two decimals, meets the condition.

Column.<name>.DataFreshness.Compliance. NULL and text that is no moment fail.
"""

from dqdl import sql
from dqdl.errors import RuleFailedError
from dqdl.judging import ratio, total
from dqdl.model import ConditionKind, Rule
from dqdl.operands import Duration
from dqdl.plan import Measured, RowsPassing, RulePlan, Verdict
from dqdl.predicates import compared
from dqdl.ruletype import RuleType, Signature
from dqdl.scope import NOT_IN_DATASET, Scope

_MICROSECONDS = 1_000_000
_SECONDS_AN_HOUR = 3600


def plan(rule: Rule, scope: Scope) -> RulePlan:
    condition = rule.condition
    assert condition is not None
    name = rule.parameters[0].value
    column = scope.column(name, NOT_IN_DATASET)
    if not (column.is_string or column.is_temporal):
        raise RuleFailedError(
            f"Expected type of column {name} to be one of (DateType,TimestampType,StringType), "
            f"but found {column.type_class} instead!"
        )
    now = round(scope.now.timestamp() * _MICROSECONDS)
    cast = "try_cast" if column.is_string else "CAST"
    age = f"{now}L - unix_micros({cast}({column.sql} AS TIMESTAMP))"
    hours = f"round(({age}) / {_MICROSECONDS * _SECONDS_AN_HOUR}D, 2)"
    operands = [
        sql.double(value.delta.total_seconds() / _SECONDS_AN_HOUR)
        for value in condition.values
        if isinstance(value, Duration)
    ]
    row = f"coalesce({compared(hours, condition.operator, operands)}, false)"
    rows = total(rule)
    fresh = RowsPassing(row, rule.where_sql)

    def judge(measured: Measured) -> Verdict:
        if measured.count(rows) == 0:
            return Verdict(True, ("No rows matched the filter",))
        value = ratio(measured.count(fresh), measured.count(rows))
        reasons = () if value == 1 else (f"{value * 100:.2f}% of rows passed",)
        metrics = {f"Column.{column.written}.DataFreshness.Compliance": value}
        return Verdict(not reasons, reasons, metrics)

    return RulePlan((rows, fresh), judge, row)


RULE_TYPE = RuleType(
    "DataFreshness",
    (Signature(("TargetColumn",), (ConditionKind.DURATION,)),),
    plan,
    takes_where=True,
)
