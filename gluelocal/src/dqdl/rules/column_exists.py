"""ColumnExists: a column of exactly that name is there. Dataset.<name>.ColumnExists

The name is compared case by case, unlike a column's name in every other rule.
"""

from dqdl.judging import unmet
from dqdl.model import ConditionKind, Rule
from dqdl.plan import Measured, RulePlan, Verdict
from dqdl.ruletype import RuleType, Signature
from dqdl.scope import Scope


def plan(rule: Rule, scope: Scope) -> RulePlan:
    name = rule.parameters[0].value
    exists = float(any(name == column for column, _ in scope.columns))

    def judge(_measured: Measured) -> Verdict:
        reasons = () if exists else (unmet(exists),)
        return Verdict(bool(exists), reasons, {f"Dataset.{name}.ColumnExists": exists})

    return RulePlan((), judge)


RULE_TYPE = RuleType(
    "ColumnExists", (Signature(("TargetColumn",), (ConditionKind.BOOLEAN,)),), plan
)
