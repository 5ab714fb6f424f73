"""FileSize: how big files are. Parsed; not evaluated yet."""

from dqdl.model import ConditionKind
from dqdl.ruletype import RuleType, Signature

RULE_TYPE = RuleType(
    "FileSize",
    (
        Signature((), (ConditionKind.SIZE,)),
        Signature(("DataPath",), (ConditionKind.SIZE,)),
    ),
    takes_threshold=True,
)
