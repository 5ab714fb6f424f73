"""FileUniqueness: the share of the files of which no other is a copy.

AWS Glue Developer Guide, FileUniqueness: Dataset.*.FileUniquenessRatio and .FileCount. A file whose
contents occur once counts, as a value does in Uniqueness (unverified); with `matchFileName` no
other file may have its name either.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import cast

from dqdl.filecompliance import FILE_COUNT
from dqdl.files import ChecksumsOf, Files
from dqdl.filetags import FILTER_TAGS, MATCH_FILE_NAME, files_of
from dqdl.judging import holds, ratio, unmet
from dqdl.model import ConditionKind, Rule
from dqdl.plan import Measured, RulePlan, Verdict
from dqdl.ruletype import RuleType, Signature
from dqdl.scope import Scope
from dqdl.tags import is_set

_METRIC = "Dataset.*.FileUniquenessRatio"


def plan(rule: Rule, scope: Scope) -> RulePlan:
    condition = rule.condition
    assert condition is not None
    probe = files_of(rule, scope)
    sums = ChecksumsOf((probe,), _of_one_size)
    by_name = is_set(rule, "matchFileName")

    def judge(measured: Measured) -> Verdict:
        files = cast(Files, measured.probed(probe))
        found = cast(Mapping[str, str], measured.probed(sums))
        contents = Counter((file.size, found.get(file.path)) for file in files)
        names = Counter(file.name for file in files)
        unique = sum(
            contents[file.size, found.get(file.path)] == 1
            and (not by_name or names[file.name] == 1)
            for file in files
        )
        value = ratio(unique, len(files))
        passed = holds(condition, value)
        metrics = {_METRIC: value, FILE_COUNT: float(len(files))}
        return Verdict(passed, () if passed else (unmet(value),), metrics)

    return RulePlan((probe, sums), judge)


def _of_one_size(sets: Sequence[Files]) -> Files:
    """Files of a size that no other has are no copies, so nothing has to be read of them."""
    (files,) = sets
    sizes = Counter(file.size for file in files)
    return tuple(file for file in files if sizes[file.size] > 1)


RULE_TYPE = RuleType(
    "FileUniqueness",
    (
        Signature((), (ConditionKind.NUMBER,)),
        Signature(("DataPath",), (ConditionKind.NUMBER,)),
    ),
    plan,
    history_metric=lambda _rule, _: _METRIC,
    parameters_in_metric=False,
    tags=(*FILTER_TAGS, MATCH_FILE_NAME),
)
