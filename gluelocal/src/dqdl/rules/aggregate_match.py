"""AggregateMatch: an aggregate here over one of another dataset. Parsed; not evaluated yet."""

from dqdl.model import ConditionKind
from dqdl.ruletype import RuleType, Signature

RULE_TYPE = RuleType(
    "AggregateMatch",
    (Signature(("AggregateExpression1", "AggregateExpression2"), (ConditionKind.NUMBER,)),),
)
