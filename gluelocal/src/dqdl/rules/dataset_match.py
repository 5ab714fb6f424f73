"""DatasetMatch: rows that another dataset has too. Parsed; not evaluated yet."""

from dqdl.model import ConditionKind
from dqdl.ruletype import RuleType, Signature

RULE_TYPE = RuleType(
    "DatasetMatch",
    (
        Signature(("ReferenceDatasetAlias", "KeyColumnMappings"), (ConditionKind.NUMBER,)),
        Signature(
            ("ReferenceDatasetAlias", "KeyColumnMappings", "MatchColumnMappings"),
            (ConditionKind.NUMBER,),
        ),
    ),
    composite_rows=False,
)
