"""FileMatch: the checksum of files. Parsed; not evaluated yet."""

from dqdl.model import ConditionKind
from dqdl.ruletype import RuleType, Signature

RULE_TYPE = RuleType(
    "FileMatch",
    (
        Signature((), (ConditionKind.STRING,)),
        Signature(("DataPath",), (ConditionKind.STRING,)),
        Signature(("DataPath", "CompareDataPath"), (ConditionKind.BOOLEAN,)),
    ),
)
