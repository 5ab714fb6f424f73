"""Uniqueness: the share of values that stand exactly once. Column.<name>.Uniqueness

Several columns are one key: Multicolumn.<a>,<b>.Uniqueness
"""

from dqdl.judging import empty, holds, no_row_matched, ratio, total, unmet
from dqdl.keys import Keys
from dqdl.model import ConditionKind, Rule
from dqdl.plan import Measured, RulePlan, Verdict
from dqdl.ruletype import RuleType, Signature
from dqdl.scope import Scope


def plan(rule: Rule, scope: Scope) -> RulePlan:
    """Also the plan of IsUnique, which has no condition and wants the ratio 1."""
    keys = Keys.of(rule, scope)

    def judge(measured: Measured) -> Verdict:
        if no_row_matched(rule, measured):
            return Verdict(True)
        if measured.count(keys.rows) == 0:
            names = ", ".join(column.written for column in keys.columns)
            return Verdict(False, (empty(f"Uniqueness(List({names}),None)"),))
        value = ratio(measured.count(keys.unique), measured.count(keys.rows))
        passed = value == 1 if rule.condition is None else holds(rule.condition, value)
        metrics = {f"{keys.metric_prefix}.Uniqueness": value}
        return Verdict(passed, () if passed else (unmet(value),), metrics)

    return RulePlan((total(rule), keys.rows, keys.unique), judge, keys.row_is_unique)


RULE_TYPE = RuleType(
    "Uniqueness",
    (Signature(("TargetColumn",), (ConditionKind.NUMBER,), variadic=True),),
    plan,
    takes_where=True,
    composite_rows=False,
)
