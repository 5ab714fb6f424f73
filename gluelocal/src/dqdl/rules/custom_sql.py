"""CustomSql: a SELECT over `primary` that gives a number, or the rows that pass.

Dataset.*.CustomSQL, or Dataset.*.CustomSQL.Compliance for the form without a condition.
"""

from dqdl.errors import RuleFailedError
from dqdl.judging import holds, ratio, total, unmet, unmet_ratio
from dqdl.model import Condition, ConditionKind, Rule
from dqdl.plan import Measured, RowQuery, RowsPassing, RulePlan, ScalarQuery, Verdict
from dqdl.ruletype import RuleType, Signature
from dqdl.scope import Scope


def plan(rule: Rule, _scope: Scope) -> RulePlan:
    return _rows(rule) if rule.condition is None else _number(rule)


def _number(rule: Rule) -> RulePlan:
    condition = rule.condition
    assert condition is not None
    if condition.kind is not ConditionKind.NUMBER:
        raise RuleFailedError(f"CustomSql compares a number, not {condition}")
    query = ScalarQuery(rule.parameters[0].value)

    def judge(measured: Measured) -> Verdict:
        value = measured.get(query)
        if value is None:
            return Verdict(False, (unmet(None),))
        # The threshold of this form has no share of rows to look at; the number is compared.
        passed = holds(condition, value)
        return Verdict(passed, () if passed else (unmet(value),), {"Dataset.*.CustomSQL": value})

    return RulePlan((query,), judge)


def _rows(rule: Rule) -> RulePlan:
    query = RowQuery(rule.parameters[0].value)
    rows, passing = total(rule), RowsPassing(query.flag_is_set)

    def judge(measured: Measured) -> Verdict:
        if measured.count(rows) == 0:
            reason = "Custom SQL rule could not be evaluated due to data frame being empty"
            return Verdict(False, (reason,))
        value = ratio(measured.count(passing), measured.count(rows))
        passed = holds(rule.threshold, value) if rule.threshold else value == 1
        metrics = {"Dataset.*.CustomSQL.Compliance": value}
        return Verdict(passed, () if passed else (unmet_ratio(value),), metrics)

    return RulePlan((rows, passing), judge, query.flag_is_set, (query,))


def history_metric(rule: Rule, condition: Condition) -> str:
    is_threshold = condition is rule.threshold
    return "Dataset.*.CustomSQL.Compliance" if is_threshold else "Dataset.*.CustomSQL"


RULE_TYPE = RuleType(
    "CustomSql",
    (Signature(("CustomSqlStatement",), (ConditionKind.NUMBER, ConditionKind.BOOLEAN)),),
    plan,
    takes_threshold=True,
    fails_rows_on_problem=True,
    history_metric=history_metric,
    parameters_in_metric=False,
    statistic=True,
)
