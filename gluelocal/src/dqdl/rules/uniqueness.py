"""Uniqueness: the share of values that stand exactly once. Column.<name>.Uniqueness

Several columns are one key: Multicolumn.<a>,<b>.Uniqueness
"""

from dqdl.keys import Keys
from dqdl.model import ConditionKind, Rule
from dqdl.plan import RulePlan
from dqdl.ruletype import RuleType, Signature
from dqdl.scope import Scope


def plan(rule: Rule, scope: Scope) -> RulePlan:
    """Also the plan of IsUnique, which has no condition and wants the ratio 1."""
    keys = Keys.of(rule, scope)
    return keys.ratio_plan(rule, keys.uniqueness, "Uniqueness")


RULE_TYPE = RuleType(
    "Uniqueness",
    (Signature(("TargetColumn",), (ConditionKind.NUMBER,), variadic=True),),
    plan,
    takes_where=True,
    composite_rows=False,
    statistic=True,
)
