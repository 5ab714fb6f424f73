"""FileUniqueness: files of which no other is a copy. Parsed; not evaluated yet."""

from dqdl.model import ConditionKind
from dqdl.ruletype import RuleType, Signature

RULE_TYPE = RuleType(
    "FileUniqueness",
    (
        Signature((), (ConditionKind.NUMBER,)),
        Signature(("DataPath",), (ConditionKind.NUMBER,)),
    ),
)
