"""DetectAnomalies: a metric outside what its history lets expect. Parsed; not evaluated yet."""

from dqdl.model import ConditionKind
from dqdl.ruletype import RuleType, Signature

RULE_TYPE = RuleType(
    "DetectAnomalies",
    (Signature(("MetricParameter",), (ConditionKind.BOOLEAN,), variadic=True),),
)
