"""IsComplete: no value is NULL. Column.<name>.Completeness"""

from dqdl.model import ConditionKind
from dqdl.rules.completeness import plan
from dqdl.ruletype import RuleType, Signature

RULE_TYPE = RuleType(
    "IsComplete",
    (Signature(("TargetColumn",), (ConditionKind.BOOLEAN,)),),
    plan,
    takes_where=True,
    fails_rows_on_problem=True,
)
