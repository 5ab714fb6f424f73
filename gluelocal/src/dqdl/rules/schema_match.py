"""SchemaMatch: columns in common with another dataset. Parsed; not evaluated yet."""

from dqdl.model import ConditionKind
from dqdl.ruletype import RuleType, Signature

RULE_TYPE = RuleType(
    "SchemaMatch",
    (Signature(("ReferenceDatasetAlias",), (ConditionKind.NUMBER,)),),
)
