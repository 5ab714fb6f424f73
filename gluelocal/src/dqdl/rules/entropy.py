"""Entropy: of the values' distribution, natural logarithm, NULL left out. Column.<name>.Entropy"""

import math

from dqdl.judging import empty, holds, no_row_matched, total, unmet
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
        rows = measured.count(keys.rows)
        if rows == 0:
            return Verdict(False, (empty(f"Entropy({keys.columns[0].written},None)"),))
        # -sum(n/N * ln(n/N)) = ln(N) - sum(n * ln(n)) / N
        value = math.log(rows) - (measured.get(keys.weighted_logarithms) or 0.0) / rows
        passed = holds(condition, value)
        metrics = {f"{keys.metric_prefix}.Entropy": value}
        return Verdict(passed, () if passed else (unmet(value),), metrics)

    return RulePlan((total(rule), keys.rows, keys.weighted_logarithms), judge)


RULE_TYPE = RuleType(
    "Entropy",
    (Signature(("TargetColumn",), (ConditionKind.NUMBER,)),),
    plan,
    takes_where=True,
)
