"""ReferentialIntegrity: values that another dataset has too. Parsed; not evaluated yet."""

from dqdl.model import ConditionKind
from dqdl.ruletype import RuleType, Signature

RULE_TYPE = RuleType(
    "ReferentialIntegrity",
    (Signature(("PrimaryDatasetColumns", "ReferenceDatasetColumns"), (ConditionKind.NUMBER,)),),
    composite_rows=False,
)
