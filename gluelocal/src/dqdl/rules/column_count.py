"""ColumnCount: how many columns there are. Dataset.*.ColumnCount"""

from dqdl.judging import holds, unmet
from dqdl.model import ConditionKind, Rule
from dqdl.plan import Measured, RulePlan, Verdict
from dqdl.ruletype import RuleType, Signature
from dqdl.scope import Scope


def plan(rule: Rule, scope: Scope) -> RulePlan:
    condition = rule.condition
    assert condition is not None
    count = len(scope.columns)

    def judge(_measured: Measured) -> Verdict:
        passed = holds(condition, count)
        reasons = () if passed else (unmet(count, whole=True),)
        return Verdict(passed, reasons, {"Dataset.*.ColumnCount": float(count)})

    return RulePlan((), judge)


RULE_TYPE = RuleType("ColumnCount", (Signature((), (ConditionKind.NUMBER,)),), plan, statistic=True)
