"""FileSize: how big the files of a path are.

AWS Glue Developer Guide, FileSize: Dataset.*.FileSize.Compliance, .FileCount, .MaximumFileSize and
.MinimumFileSize, in bytes.
"""

from collections.abc import Mapping

from dqdl.errors import RuleFailedError
from dqdl.filecompliance import compliance, compliance_plan
from dqdl.files import File, Files
from dqdl.filetags import FAIL_FAST, FILTER_TAGS
from dqdl.model import ConditionKind, Rule
from dqdl.operands import Operand, Size
from dqdl.plan import RulePlan
from dqdl.ruletype import RuleType, Signature
from dqdl.scope import Scope


def plan(rule: Rule, scope: Scope) -> RulePlan:
    return compliance_plan(rule, scope, _bytes, _size, _shown, _extremes)


def _bytes(operand: Operand) -> int:
    if not isinstance(operand, Size):
        raise RuleFailedError(f"{operand} is not a size; write a number with B, KB, MB, GB or TB")
    return operand.bytes


def _size(file: File) -> int:
    return file.size


def _shown(file: File) -> str:
    return f"{file.size} B"


def _extremes(files: Files) -> Mapping[str, float]:
    sizes = [float(file.size) for file in files]
    return {"Dataset.*.MaximumFileSize": max(sizes), "Dataset.*.MinimumFileSize": min(sizes)}


RULE_TYPE = RuleType(
    "FileSize",
    (
        Signature((), (ConditionKind.SIZE,)),
        Signature(("DataPath",), (ConditionKind.SIZE,)),
    ),
    plan,
    takes_threshold=True,
    history_metric=lambda rule, _: compliance(rule),
    parameters_in_metric=False,
    tags=(*FILTER_TAGS, FAIL_FAST),
)
