"""AllStatistics: every metric of a column. Parsed; not evaluated yet."""

from dqdl.model import ConditionKind
from dqdl.ruletype import RuleType, Signature

RULE_TYPE = RuleType(
    "AllStatistics",
    (Signature(("TargetColumn",), (ConditionKind.NUMBER,)),),
    analyzer_only=True,
)
