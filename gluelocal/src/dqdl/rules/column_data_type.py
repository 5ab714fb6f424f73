"""ColumnDataType: values that Spark can cast to the type; NULL is none.

Column.<name>.ColumnDataType.Compliance
"""

import re

from dqdl import sql
from dqdl.errors import UnsupportedRuleError
from dqdl.judging import holds, ratio, total, unmet_ratio
from dqdl.model import ConditionKind, Operator, Rule
from dqdl.operands import Text
from dqdl.plan import Aggregate, Measured, RulePlan, Verdict
from dqdl.ruletype import RuleType, Signature
from dqdl.scope import NOT_IN_DATASET, Scope

_TYPES = {
    "BOOLEAN": "BOOLEAN",
    "DATE": "DATE",
    "TIMESTAMP": "TIMESTAMP",
    "INTEGER": "INT",
    "DOUBLE": "DOUBLE",
    "FLOAT": "FLOAT",
    "LONG": "BIGINT",
}
_DECIMAL = re.compile(r"DECIMAL\(\s*\d+\s*,\s*\d+\s*\)")


def plan(rule: Rule, scope: Scope) -> RulePlan:
    condition = rule.condition
    assert condition is not None
    name = rule.parameters[0].value
    column = scope.column(name, NOT_IN_DATASET)
    if condition.operator is not Operator.EQUAL or not isinstance(condition.values[0], Text):
        raise UnsupportedRuleError(f"ColumnDataType takes = and a type, not {condition}")
    wanted = _spark_type(condition.values[0].value)
    # Outside ANSI mode a cast cuts '3.5' to an integer, which try_cast would refuse.
    cast = "try_cast" if scope.ansi else "CAST"
    good = Aggregate(
        sql.filtered(f"count_if({cast}({column.sql} AS {wanted}) IS NOT NULL)", rule.where_sql)
    )
    rows = total(rule)

    def judge(measured: Measured) -> Verdict:
        if measured.count(rows) == 0:
            return Verdict(True, ("No rows matched the filter",))
        value = ratio(measured.count(good), measured.count(rows))
        passed = holds(rule.threshold, value) if rule.threshold else value == 1
        metrics = {f"Column.{column.written}.ColumnDataType.Compliance": value}
        return Verdict(passed, () if passed else (unmet_ratio(value),), metrics)

    return RulePlan((rows, good), judge)


def _spark_type(written: str) -> str:
    name = written.upper()
    if name in _TYPES:
        return _TYPES[name]
    if _DECIMAL.fullmatch(name):
        return name
    raise UnsupportedRuleError(f"Unrecognized data type: {written}")


RULE_TYPE = RuleType(
    "ColumnDataType",
    (Signature(("TargetColumn",), (ConditionKind.STRING,)),),
    plan,
    takes_where=True,
    takes_threshold=True,
    history_metric=lambda rule, _: f"Column.{rule.parameters[0].value}.ColumnDataType.Compliance",
)
