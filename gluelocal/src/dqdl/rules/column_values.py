"""ColumnValues: what each value has to be.

Column.<name>.Minimum, .Maximum, .ColumnValues.Compliance

`> >= < <= =` on numbers report the extremes; everything else reports the share of rows that pass.
With `with threshold` that share is compared with the threshold, and the rows keep their own result.
"""

from dqdl import sql
from dqdl.errors import UnsupportedRuleError
from dqdl.judging import empty, holds, no_row_matched, ratio, total, unmet
from dqdl.model import Condition, ConditionKind, Operator, Rule
from dqdl.plan import Aggregate, Measured, RowsPassing, RulePlan, Verdict
from dqdl.predicates import (
    column_is_exact,
    date_predicate,
    null_passes,
    number_predicate,
    string_predicate,
)
from dqdl.rules import column_length
from dqdl.ruletype import RuleType, Signature
from dqdl.scope import Column, Scope
from dqdl.tags import is_set, truth_tag

_FROM_BELOW = (Operator.GREATER, Operator.GREATER_OR_EQUAL)
_FROM_ABOVE = (Operator.LESS, Operator.LESS_OR_EQUAL)
_IGNORE_CASE = truth_tag("ignoreCase")


def plan(rule: Rule, scope: Scope) -> RulePlan:
    if is_set(rule, _IGNORE_CASE.name):
        raise UnsupportedRuleError(
            'ColumnValues compares with case; write matches "(?i)..." instead of ignoreCase'
        )
    condition = rule.condition
    assert condition is not None
    column = scope.column(rule.parameters[0].value)
    if condition.kind is ConditionKind.NUMBER:
        row = number_predicate(column, condition)
        extremes = _extremes(condition)
    else:
        extremes = ()
        if condition.kind is ConditionKind.DATE:
            row = date_predicate(column, condition, scope.now)
        else:
            row = string_predicate(column, condition, scope)
    rows, passing = total(rule), RowsPassing(row, rule.where_sql)
    # Glue's minimum passes over NaN, so NaN fails its row and not the rule.
    forgiven = _count(f"isnan({column.sql})", rule) if _forgives_nan(condition, column) else None
    null_fails = condition.kind is ConditionKind.NUMBER and not null_passes(condition)
    nulls = _count(f"{column.sql} IS NULL", rule) if null_fails else None
    bounds = {
        name: Aggregate(sql.filtered(_bound(name, column), rule.where_sql)) for name in extremes
    }

    def judge(measured: Measured) -> Verdict:
        if no_row_matched(rule, measured):
            return Verdict(True)
        count = measured.count(rows)
        values = {name: measured.get(bound) for name, bound in bounds.items()}
        missing = next((name for name, value in values.items() if value is None), None)
        if count == 0 or (missing and not rule.threshold):
            return Verdict(
                False, (empty(f"{missing or 'Compliance'}({column.written},None,None)"),)
            )
        compliance = ratio(measured.count(passing), count)
        metrics = {f"Column.{column.written}.{n}": v for n, v in values.items() if v is not None}
        if not bounds or rule.threshold:
            metrics[f"Column.{column.written}.ColumnValues.Compliance"] = compliance
        if rule.threshold:
            passed = holds(rule.threshold, compliance)
            return Verdict(passed, () if passed else (unmet(compliance),), metrics)
        # A bound of NaN: there is no number that the minimum could pass over NaN to.
        sound = measured.count(passing) + (measured.count(forgiven) if forgiven else 0)
        if sound == count and all(v == v for v in values.values()):
            return Verdict(True, (), metrics)
        null_count = measured.count(nulls) if nulls else 0
        reasons = [unmet(v) for v in values.values() if v is not None and not holds(condition, v)]
        if condition.operator is Operator.BETWEEN and null_count:
            # The first line leaves NULL rows aside, the second one is theirs.
            without_nulls = ratio(measured.count(passing) + null_count, count)
            reasons += [unmet(without_nulls)] if without_nulls < 1 else []
        elif not bounds:
            reasons.append(unmet(compliance))
        if null_count and (bounds or condition.operator is Operator.BETWEEN):
            reasons.append(unmet(None))
        return Verdict(False, tuple(reasons or [unmet(compliance)]), metrics)

    counts = tuple(measure for measure in (forgiven, nulls) if measure)
    return RulePlan((rows, passing, *counts, *bounds.values()), judge, row)


def _forgives_nan(condition: Condition, column: Column) -> bool:
    return (
        condition.kind is ConditionKind.NUMBER
        and condition.operator in _FROM_BELOW
        and column.is_float
    )


def analyze(rule: Rule, scope: Scope) -> RulePlan:
    """An analyzer measures lengths where the values are no numbers."""
    column = scope.column(rule.parameters[0].value)
    return column_length.plan(rule, scope) if column.is_string else plan(rule, scope)


def history_metric(rule: Rule, condition: Condition) -> str:
    """The bound that the operator looks at; the compliance for a threshold.

    AWS's guide has no dynamic ColumnValues; an operator that reports no bound has nothing to
    compare its values with.
    """
    name = rule.parameters[0].value
    if condition is rule.threshold:
        return f"Column.{name}.ColumnValues.Compliance"
    extremes = _extremes(condition)
    if not extremes:
        raise UnsupportedRuleError(f"ColumnValues {condition.operator} keeps no earlier values")
    return f"Column.{name}.{extremes[0]}"


def _extremes(condition: Condition) -> tuple[str, ...]:
    if condition.operator in _FROM_BELOW:
        return ("Minimum",)
    if condition.operator in _FROM_ABOVE:
        return ("Maximum",)
    return ("Minimum", "Maximum") if condition.operator is Operator.EQUAL else ()


def _bound(name: str, column: Column) -> str:
    function = "min" if name == "Minimum" else "max"
    # Past 2^53 a double cannot hold the bound; the outcome does not come from it.
    inner = column.sql if column_is_exact(column) else f"CAST({column.sql} AS DOUBLE)"
    return f"{function}({inner})"


def _count(predicate: str, rule: Rule) -> Aggregate:
    return Aggregate(sql.filtered(f"count_if({predicate})", rule.where_sql))


RULE_TYPE = RuleType(
    "ColumnValues",
    (
        Signature(
            ("TargetColumn",), (ConditionKind.STRING, ConditionKind.NUMBER, ConditionKind.DATE)
        ),
    ),
    plan,
    takes_where=True,
    takes_threshold=True,
    fails_rows_on_problem=True,
    tags=(_IGNORE_CASE,),
    history_metric=history_metric,
    statistic=True,
    analyze=analyze,
)
