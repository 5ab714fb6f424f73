"""ColumnLength: how long each string is. Column.<name>.MinimumLength, .MaximumLength

NULL counts as a string of length 0 (AWS Glue Developer Guide, ColumnLength, "Null behavior").
"""

from dqdl import sql
from dqdl.errors import UnsupportedRuleError
from dqdl.judging import empty, holds, no_row_matched, ratio, total, unmet
from dqdl.model import Condition, ConditionKind, Operator, Rule
from dqdl.operands import Number
from dqdl.plan import Aggregate, Measured, RowsPassing, RulePlan, Verdict
from dqdl.predicates import compared, exact_literal
from dqdl.ruletype import RuleType, Signature
from dqdl.scope import Scope

_MINIMUM = {"MinimumLength": "min"}
_MAXIMUM = {"MaximumLength": "max"}
_BOUNDS = {
    Operator.GREATER: _MINIMUM,
    Operator.GREATER_OR_EQUAL: _MINIMUM,
    Operator.LESS: _MAXIMUM,
    Operator.LESS_OR_EQUAL: _MAXIMUM,
    Operator.EQUAL: _MINIMUM | _MAXIMUM,
    Operator.NOT_EQUAL: _MINIMUM | _MAXIMUM,
    Operator.BETWEEN: _MINIMUM | _MAXIMUM,
}


def plan(rule: Rule, scope: Scope) -> RulePlan:
    condition = rule.condition
    assert condition is not None
    column = scope.column(rule.parameters[0].value).require_string()
    operands = []
    for value in condition.values:
        if not isinstance(value, Number):
            raise UnsupportedRuleError(f"ColumnLength compares with numbers, not with {value}.")
        operands.append(exact_literal(value.value))
    length = f"coalesce(length({column.sql}), 0)"
    row = compared(length, condition.operator, operands)
    rows = total(rule)
    passing = RowsPassing(row, rule.where_sql)
    bounds = {
        name: Aggregate(sql.filtered(f"{function}({length})", rule.where_sql))
        for name, function in _BOUNDS.get(condition.operator, {}).items()
    }

    def judge(measured: Measured) -> Verdict:
        if no_row_matched(rule, measured):
            return Verdict(True)
        count = measured.count(rows)
        if count == 0:
            analyzer = next(iter(bounds), "Compliance")
            return Verdict(False, (empty(f"{analyzer}({column.written},None,None)"),))
        compliance = ratio(measured.count(passing), count)
        values = {name: float(measured.count(bound)) for name, bound in bounds.items()}
        metrics = values if bounds else {"LengthCompliance": compliance}
        reasons = [unmet(value) for value in values.values() if not holds(condition, value)]
        named = {f"Column.{column.written}.{name}": value for name, value in metrics.items()}
        if compliance == 1:
            return Verdict(True, (), named)
        return Verdict(False, tuple(reasons or [unmet(compliance)]), named)

    return RulePlan((rows, passing, *bounds.values()), judge, row)


def history_metric(rule: Rule, condition: Condition) -> str:
    """The bound that the operator looks at (AWS's guide has no dynamic ColumnLength)."""
    bounds = tuple(_BOUNDS.get(condition.operator, ()))
    if len(bounds) != 1 and condition.operator is not Operator.EQUAL:
        raise UnsupportedRuleError(f"ColumnLength {condition.operator} keeps no earlier values")
    return f"Column.{rule.parameters[0].value}.{bounds[0]}"


RULE_TYPE = RuleType(
    "ColumnLength",
    (Signature(("TargetColumn",), (ConditionKind.NUMBER,)),),
    plan,
    takes_where=True,
    fails_rows_on_problem=True,
    history_metric=history_metric,
    statistic=True,
)
