"""UniqueValueRatio: values that stand once, among the distinct ones.

Column.<name>.UniqueValueRatio
"""

from dqdl.keys import Keys
from dqdl.model import ConditionKind, Rule
from dqdl.plan import RulePlan
from dqdl.ruletype import RuleType, Signature
from dqdl.scope import Scope


def plan(rule: Rule, scope: Scope) -> RulePlan:
    keys = Keys.of(rule, scope)
    return keys.ratio_plan(rule, keys.unique_value_ratio, "UniqueValueRatio")


RULE_TYPE = RuleType(
    "UniqueValueRatio",
    (Signature(("TargetColumn",), (ConditionKind.NUMBER,)),),
    plan,
    takes_where=True,
    statistic=True,
)
