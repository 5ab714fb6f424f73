"""RowCount: how many rows there are. Dataset.*.RowCount"""

from dqdl.judging import holds, total, unmet
from dqdl.model import ConditionKind, Rule
from dqdl.plan import Measured, RulePlan, Verdict
from dqdl.ruletype import RuleType, Signature
from dqdl.scope import Scope


def plan(rule: Rule, _scope: Scope) -> RulePlan:
    condition = rule.condition
    assert condition is not None
    measure = total(rule)

    def judge(measured: Measured) -> Verdict:
        count = measured.count(measure)
        passed = holds(condition, count)
        reasons = () if passed else (unmet(count, whole=True),)
        return Verdict(passed, reasons, {"Dataset.*.RowCount": float(count)})

    return RulePlan((measure,), judge)


RULE_TYPE = RuleType(
    "RowCount",
    (Signature((), (ConditionKind.NUMBER,)),),
    plan,
    takes_where=True,
    statistic=True,
)
