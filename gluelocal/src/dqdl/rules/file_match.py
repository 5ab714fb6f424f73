"""FileMatch: files have known checksums, or are the same as the files of another path.

AWS Glue Developer Guide, FileMatch: Dataset.*.FileCount, the files of the first path. Two paths
match when each file of one has a file of the same contents in the other, wherever it lies and
however it is called; with `matchFileName` both have the same name too. With checksums,
`matchFileName` wants no two files of one name.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import cast

from dqdl.errors import RuleFailedError
from dqdl.filecompliance import FILE_COUNT
from dqdl.files import ChecksumsOf, File, Files
from dqdl.filetags import (
    FILTER_TAGS,
    HASH_ALGORITHM,
    MATCH_FILE_NAME,
    files_of,
    hash_algorithm,
)
from dqdl.model import Condition, ConditionKind, Operator, Rule
from dqdl.operands import Text
from dqdl.plan import Measured, RulePlan, Verdict
from dqdl.ruletype import RuleType, Signature
from dqdl.scope import Scope
from dqdl.tags import is_set

_WANTED = (Operator.EQUAL, Operator.IN)
_UNWANTED = (Operator.NOT_EQUAL, Operator.NOT_IN)
_DIGITS = {"MD5": 32, "SHA-1": 40, "SHA-256": 64}
_EXAMPLES = 3


def plan(rule: Rule, scope: Scope) -> RulePlan:
    return _two_paths(rule, scope) if rule.condition is None else _checksums(rule, scope)


def _checksums(rule: Rule, scope: Scope) -> RulePlan:
    assert rule.condition is not None
    algorithm = hash_algorithm(rule)
    known = _known(rule.condition)
    wanted = rule.condition.operator in _WANTED
    probe = files_of(rule, scope)
    sums = ChecksumsOf((probe,), _all, algorithm)
    by_name = is_set(rule, "matchFileName")

    def judge(measured: Measured) -> Verdict:
        files = cast(Files, measured.probed(probe))
        found = cast(Mapping[str, str], measured.probed(sums))
        wrong = [file for file in files if (found[file.path] in known) != wanted]
        reasons = []
        if wrong:
            given = "none" if wanted else "one"
            listed = _examples([f"{file.path} ({found[file.path]})" for file in wrong])
            reasons.append(f"{algorithm} is {given} of the given checksums: {listed}")
            if wanted and not any(len(one) == _DIGITS[algorithm] for one in known):
                reasons.append(
                    f"No given checksum has the {_DIGITS[algorithm]} digits of {algorithm}; with "
                    f"hashAlgorithm it may be one of {', '.join(_DIGITS)}"
                )
        names = Counter(file.name for file in files)
        twice = sorted(name for name, count in names.items() if count > 1)
        if by_name and twice:
            reasons.append(f"More than one file is called {_examples(twice)}")
        return Verdict(not reasons, tuple(reasons), {FILE_COUNT: float(len(files))})

    return RulePlan((probe, sums), judge)


def _known(condition: Condition) -> frozenset[str]:
    if condition.operator not in _WANTED + _UNWANTED:
        raise RuleFailedError(
            f"FileMatch compares checksums with in, not in, = and !=, not {condition}"
        )
    known = [value.value.lower() for value in condition.values if isinstance(value, Text)]
    if len(known) < len(condition.values):
        raise RuleFailedError(f"FileMatch compares with quoted checksums, not {condition}")
    return frozenset(known)


def _two_paths(rule: Rule, scope: Scope) -> RulePlan:
    probes = (files_of(rule, scope), files_of(rule, scope, 1))
    sums = ChecksumsOf(probes, _of_shared_sizes, hash_algorithm(rule))
    by_name = is_set(rule, "matchFileName")

    def judge(measured: Measured) -> Verdict:
        ours, theirs = (cast(Files, measured.probed(probe)) for probe in probes)
        found = cast(Mapping[str, str], measured.probed(sums))

        def identity(file: File) -> Hashable:
            return file.size, found.get(file.path), file.name if by_name else None

        reasons = []
        for here, there, place in ((ours, theirs, 1), (theirs, ours, 0)):
            alone = _without_partner(here, there, identity)
            if alone:
                listed = _examples([file.path for file in alone])
                reasons.append(f"No file of {rule.parameters[place].value} matches {listed}")
        return Verdict(not reasons, tuple(reasons), {FILE_COUNT: float(len(ours))})

    return RulePlan((*probes, sums), judge)


def _without_partner(here: Files, there: Files, identity: Callable[[File], Hashable]) -> list[File]:
    """The files of which `there` has no like; each of its files is the partner of one."""
    free = Counter(map(identity, there))
    alone = []
    for file in here:
        if free[identity(file)]:
            free[identity(file)] -= 1
        else:
            alone.append(file)
    return alone


def _all(sets: Sequence[Files]) -> Files:
    (files,) = sets
    return files


def _of_shared_sizes(sets: Sequence[Files]) -> Files:
    """A file whose size the other path does not have needs no checksum to be without a match."""
    shared = set.intersection(*({file.size for file in files} for files in sets))
    return tuple(file for files in sets for file in files if file.size in shared)


def _examples(listed: Sequence[str]) -> str:
    more = len(listed) - _EXAMPLES
    return ", ".join(listed[:_EXAMPLES]) + (f" and {more} more" if more > 0 else "")


RULE_TYPE = RuleType(
    "FileMatch",
    (
        Signature((), (ConditionKind.STRING,)),
        Signature(("DataPath",), (ConditionKind.STRING,)),
        Signature(("DataPath", "CompareDataPath"), (ConditionKind.BOOLEAN,)),
    ),
    plan,
    tags=(*FILTER_TAGS, MATCH_FILE_NAME, HASH_ALGORITHM),
)
