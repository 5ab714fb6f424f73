"""IsPrimaryKey: each key stands once and none of its columns is NULL.

Column.<name>.Uniqueness and .Completeness; several columns: Multicolumn.<a>,<b>.Uniqueness
"""

from dqdl import sql
from dqdl.judging import empty, no_row_matched, ratio, total, unmet
from dqdl.keys import Keys
from dqdl.model import ConditionKind, Rule
from dqdl.plan import Measured, RulePlan, Verdict
from dqdl.ruletype import RuleType, Signature
from dqdl.scope import Scope


def plan(rule: Rule, scope: Scope) -> RulePlan:
    keys = Keys.of(rule, scope)
    rows = total(rule)

    def judge(measured: Measured) -> Verdict:
        if no_row_matched(rule, measured):
            return Verdict(True)
        names = ", ".join(column.written for column in keys.columns)
        completeness = ratio(measured.count(keys.complete), measured.count(rows))
        if measured.count(keys.rows) == 0:
            return Verdict(False, (empty(f"Uniqueness(List({names}),None)"),))
        uniqueness = ratio(measured.count(keys.unique), measured.count(keys.rows))
        metrics = {f"{keys.metric_prefix}.Uniqueness": uniqueness}
        if len(keys.columns) == 1:
            metrics[f"{keys.metric_prefix}.Completeness"] = completeness
        reasons = tuple(unmet(value) for value in (uniqueness, completeness) if value < 1)
        return Verdict(not reasons, reasons, metrics)

    return RulePlan(
        (rows, keys.complete, keys.rows, keys.unique),
        judge,
        sql.conjunction(keys.row_is_unique, keys.are_present),
    )


RULE_TYPE = RuleType(
    "IsPrimaryKey",
    (Signature(("TargetColumn",), (ConditionKind.BOOLEAN,), variadic=True),),
    plan,
    takes_where=True,
    fails_rows_on_problem=True,
)
