"""RowCountMatch: rows here over rows of another dataset. Parsed; not evaluated yet."""

from dqdl.model import ConditionKind
from dqdl.ruletype import RuleType, Signature

RULE_TYPE = RuleType(
    "RowCountMatch",
    (Signature(("ReferenceDatasetAlias",), (ConditionKind.NUMBER,)),),
)
