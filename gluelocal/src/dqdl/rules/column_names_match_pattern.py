"""ColumnNamesMatchPattern: the expression is found in each column's name.

Dataset.*.ColumnNamesPatternMatchRatio
"""

from dqdl.judging import ratio
from dqdl.model import ConditionKind, Rule
from dqdl.plan import Measured, RulePlan, Verdict
from dqdl.ruletype import RuleType, Signature
from dqdl.scope import Scope


def plan(rule: Rule, scope: Scope) -> RulePlan:
    pattern = rule.parameters[0].value
    strangers = [name for name, _ in scope.columns if not scope.find(pattern, name)]
    value = 1 - ratio(len(strangers), len(scope.columns))

    def judge(_measured: Measured) -> Verdict:
        metrics = {"Dataset.*.ColumnNamesPatternMatchRatio": value}
        if not strangers:
            return Verdict(True, (), metrics)
        reason = f"Columns that do not match the pattern: {', '.join(strangers)}"
        return Verdict(False, (reason,), metrics)

    return RulePlan((), judge)


RULE_TYPE = RuleType(
    "ColumnNamesMatchPattern", (Signature(("PatternToMatch",), (ConditionKind.BOOLEAN,)),), plan
)
