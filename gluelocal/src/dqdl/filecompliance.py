"""The rules that ask each file of a path alone: how many of them meet the condition.

AWS Glue Developer Guide, FileFreshness and FileSize: each file has to meet it, or the share of
those that do has to meet the threshold. With `failFast` the first that does not, in the order of
the paths, fails the rule: there is no share then, and FileCount ends with that file.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import cast

from dqdl.files import File, Files
from dqdl.filetags import files_of
from dqdl.judging import holds, ratio
from dqdl.model import Condition, Rule
from dqdl.operands import Number, Operand
from dqdl.plan import Measured, RulePlan, Verdict
from dqdl.scope import Scope
from dqdl.tags import is_set

FILE_COUNT = "Dataset.*.FileCount"

_EXAMPLES = 3


def compliance(rule: Rule) -> str:
    """The metric that counts: the share of the files that meet the condition."""
    return f"Dataset.*.{rule.type_name}.Compliance"


def compliance_plan(
    rule: Rule,
    scope: Scope,
    operand: Callable[[Operand], int],
    measured_of: Callable[[File], int],
    shown: Callable[[File], str],
    further: Callable[[Files], Mapping[str, float]],
) -> RulePlan:
    """`measured_of` the file is compared with the condition's operands, whole numbers all.

    `shown` is what a reason says of a file, `further` the metrics beside compliance and count.
    """
    assert rule.condition is not None
    written = rule.condition
    condition = _numeric(written, operand)
    probe = files_of(rule, scope)
    fail_fast = is_set(rule, "failFast")

    def judge(measured: Measured) -> Verdict:
        files = cast(Files, measured.probed(probe))
        failing = [file for file in files if not holds(condition, measured_of(file))]
        if fail_fast and failing:
            first = failing[0]
            reason = f"{first.path} ({shown(first)}) does not meet {written}"
            return Verdict(False, (reason,), {FILE_COUNT: files.index(first) + 1.0})
        share = ratio(len(files) - len(failing), len(files))
        passed = holds(rule.threshold, share) if rule.threshold else not failing
        metrics = {compliance(rule): share, FILE_COUNT: float(len(files)), **further(files)}
        return Verdict(passed, () if passed else (_reason(share, failing),), metrics)

    def _reason(share: float, failing: list[File]) -> str:
        wanted = f", wanted are {rule.threshold}" if rule.threshold else ""
        text = f"{share * 100:.2f}% of files meet {written}{wanted}"
        if not failing:
            return text
        examples = ", ".join(f"{file.path} ({shown(file)})" for file in failing[:_EXAMPLES])
        more = len(failing) - _EXAMPLES
        return f"{text}; not met by {examples}" + (f" and {more} more" if more > 0 else "")

    return RulePlan((probe,), judge)


def _numeric(condition: Condition, operand: Callable[[Operand], int]) -> Condition:
    numbers = tuple(Number(str(operand(value))) for value in condition.values)
    return replace(condition, operands=numbers)
