"""DuplicateRowCount: how many rows stand more than once, in these columns or in all of them.

Dataset.*.DuplicateRowCount; with columns Column.<a>.DuplicateRowCount or
Multicolumn.<a>,<b>.DuplicateRowCount. Each of the equal rows counts: 3 for one that stands three
times. NULL equals NULL, but rows of nothing but NULL are left out of the count. A row passes when
no other is like it. Deequ, DuplicateRowCount; the AWS Glue Developer Guide does not list it.
"""

from dqdl.judging import holds, unmet
from dqdl.keys import Keys
from dqdl.model import ConditionKind, Rule
from dqdl.plan import Measured, RulePlan, Verdict
from dqdl.ruletype import RuleType, Signature, own_metric
from dqdl.scope import Scope


def plan(rule: Rule, scope: Scope) -> RulePlan:
    condition = rule.condition
    assert condition is not None
    keys = Keys.of(rule, scope) if rule.parameters else Keys.all(rule, scope)
    key = own_metric(rule, condition)

    def judge(measured: Measured) -> Verdict:
        count = measured.count(keys.duplicates)
        passed = holds(condition, count)
        reasons = () if passed else (unmet(count, whole=True),)
        return Verdict(passed, reasons, {key: float(count)})

    return RulePlan((keys.duplicates,), judge, keys.row_is_unique)


RULE_TYPE = RuleType(
    "DuplicateRowCount",
    (
        Signature((), (ConditionKind.NUMBER,)),
        Signature(("TargetColumn",), (ConditionKind.NUMBER,), variadic=True),
    ),
    plan,
    takes_where=True,
)
