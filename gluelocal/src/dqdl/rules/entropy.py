"""Entropy: of the values' distribution, natural logarithm, NULL left out. Column.<name>.Entropy"""

from dqdl.judging import metric_plan
from dqdl.keys import Keys
from dqdl.model import ConditionKind, Rule
from dqdl.plan import RulePlan
from dqdl.ruletype import RuleType, Signature
from dqdl.scope import Scope


def plan(rule: Rule, scope: Scope) -> RulePlan:
    keys = Keys.of(rule, scope)
    return metric_plan(rule, keys.entropy, f"{keys.metric_prefix}.Entropy")


RULE_TYPE = RuleType(
    "Entropy",
    (Signature(("TargetColumn",), (ConditionKind.NUMBER,)),),
    plan,
    takes_where=True,
    statistic=True,
)
