"""FileFreshness: when the files of a path were last modified.

AWS Glue Developer Guide, FileFreshness: Dataset.*.FileFreshness.Compliance and .FileCount. A date
is its midnight in UTC; a time is today's (in UTC), in the time zone of the tag `timeZone`, which
is UTC without one.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from dqdl.errors import RuleFailedError
from dqdl.filecompliance import compliance, compliance_plan
from dqdl.files import File, Files
from dqdl.filetags import FAIL_FAST, FILTER_TAGS, TIME_ZONE, time_zone
from dqdl.model import ConditionKind, Rule
from dqdl.operands import Now, Operand, Text
from dqdl.plan import RulePlan
from dqdl.ruletype import RuleType, Signature
from dqdl.scope import Scope

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def plan(rule: Rule, scope: Scope) -> RulePlan:
    zone = time_zone(rule)

    def moment(operand: Operand) -> int:
        try:
            if isinstance(operand, Now):
                return _microseconds(operand.moment(scope.now))
            if isinstance(operand, Text):
                found = operand.moment(scope.now)
                is_time = ":" in operand.value
                return _microseconds(found.replace(tzinfo=zone) if is_time else found)
        except (ValueError, OverflowError) as problem:
            raise RuleFailedError(f"{operand} is not a date or a time: {problem}") from problem
        raise RuleFailedError(
            f'{operand} is not a date or a time; write "2024-12-31", "9:30 AM", "21:45", now() or '
            "(now() - 3 days)"
        )

    return compliance_plan(rule, scope, moment, _modified, _shown, _none)


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _modified(file: File) -> int:
    return _microseconds(file.modified)


def _shown(file: File) -> str:
    return file.modified.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _none(_files: Files) -> Mapping[str, float]:
    return {}


RULE_TYPE = RuleType(
    "FileFreshness",
    (
        Signature((), (ConditionKind.DATE,)),
        Signature(("DataPath",), (ConditionKind.DATE,)),
    ),
    plan,
    takes_threshold=True,
    history_metric=lambda rule, _: compliance(rule),
    parameters_in_metric=False,
    tags=(*FILTER_TAGS, FAIL_FAST, TIME_ZONE),
)
