"""DistinctValuesCount: how many different values there are, NULL being one.

Column.<name>.DistinctValuesCount
"""

from dqdl.judging import metric_plan
from dqdl.keys import Keys
from dqdl.model import ConditionKind, Rule
from dqdl.plan import RulePlan
from dqdl.ruletype import RuleType, Signature
from dqdl.scope import Scope


def plan(rule: Rule, scope: Scope) -> RulePlan:
    keys = Keys.of(rule, scope)
    key = f"{keys.metric_prefix}.DistinctValuesCount"
    return metric_plan(rule, keys.distinct_with_null, key, whole=True)


RULE_TYPE = RuleType(
    "DistinctValuesCount",
    (Signature(("TargetColumn",), (ConditionKind.NUMBER,)),),
    plan,
    takes_where=True,
    statistic=True,
)
