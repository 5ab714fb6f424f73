"""FileFreshness: when files were last changed. Parsed; not evaluated yet."""

from dqdl.model import ConditionKind
from dqdl.ruletype import RuleType, Signature

RULE_TYPE = RuleType(
    "FileFreshness",
    (
        Signature((), (ConditionKind.DATE,)),
        Signature(("DataPath",), (ConditionKind.DATE,)),
    ),
    takes_threshold=True,
)
