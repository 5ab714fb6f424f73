"""UniqueValueRatio: values that stand once, among the distinct ones.

Column.<name>.UniqueValueRatio
"""

from dqdl.judging import empty, holds, no_row_matched, ratio, total, unmet
from dqdl.keys import Keys
from dqdl.model import ConditionKind, Rule
from dqdl.plan import Measured, RulePlan, Verdict
from dqdl.ruletype import RuleType, Signature
from dqdl.scope import Scope


def plan(rule: Rule, scope: Scope) -> RulePlan:
    condition = rule.condition
    assert condition is not None
    keys = Keys.of(rule, scope)

    def judge(measured: Measured) -> Verdict:
        if no_row_matched(rule, measured):
            return Verdict(True)
        distinct = measured.count(keys.distinct)
        if distinct == 0:
            name = keys.columns[0].written
            return Verdict(False, (empty(f"UniqueValueRatio(List({name}),None)"),))
        value = ratio(measured.count(keys.unique), distinct)
        passed = holds(condition, value)
        metrics = {f"{keys.metric_prefix}.UniqueValueRatio": value}
        return Verdict(passed, () if passed else (unmet(value),), metrics)

    return RulePlan((total(rule), keys.unique, keys.distinct), judge, keys.row_is_unique)


RULE_TYPE = RuleType(
    "UniqueValueRatio",
    (Signature(("TargetColumn",), (ConditionKind.NUMBER,)),),
    plan,
    takes_where=True,
)
