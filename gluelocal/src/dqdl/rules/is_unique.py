"""IsUnique: each value stands once. Column.<name>.Uniqueness, Multicolumn.<a>,<b>.Uniqueness"""

from dqdl.model import ConditionKind
from dqdl.rules.uniqueness import plan
from dqdl.ruletype import RuleType, Signature

RULE_TYPE = RuleType(
    "IsUnique",
    (Signature(("TargetColumn",), (ConditionKind.BOOLEAN,), variadic=True),),
    plan,
    takes_where=True,
)
