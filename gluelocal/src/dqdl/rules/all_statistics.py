"""AllStatistics: every statistic of a column, or of each with the name AllColumns.

AWS Glue Developer Guide, dqdl, "Analyzers": RowCount, ColumnCount; of every column Completeness and
Uniqueness; of a number Minimum, Maximum, Entropy, Mean, StandardDeviation and Sum; of a string
MinimumLength and MaximumLength. `AllColumns` is documented for Distribution; here unverified.
"""

from dqdl.analyzing import analysis, columns_named, measured_rule
from dqdl.errors import RuleFailedError
from dqdl.model import ConditionKind, Parameter, Rule
from dqdl.plan import Measured, RulePlan, Verdict
from dqdl.rules import rule_types
from dqdl.ruletype import RuleType, Signature
from dqdl.scope import Scope

_OF_DATASET = ("RowCount", "ColumnCount")
_OF_COLUMN = ("Completeness", "Uniqueness")
_OF_NUMBER = ("ColumnValues", "Entropy", "Mean", "StandardDeviation", "Sum")
_OF_STRING = ("ColumnLength",)


def analyze(rule: Rule, scope: Scope) -> RulePlan:
    plans = [_plan(name, (), scope) for name in _OF_DATASET]
    for written in columns_named(rule.parameters[0].value, scope):
        column = scope.column(written)
        names = _OF_COLUMN + (_OF_NUMBER if column.is_numeric else ())
        names += _OF_STRING if column.is_string else ()
        parameter = Parameter(f'"{written}"', written)
        plans += [_plan(name, (parameter,), scope) for name in names]

    def judge(measured: Measured) -> Verdict:
        metrics: dict[str, float] = {}
        for plan in plans:
            metrics |= _metrics(plan, measured)
        return Verdict(True, (), metrics)

    return RulePlan(tuple(measure for plan in plans for measure in plan.measures), judge)


def _plan(name: str, parameters: tuple[Parameter, ...], scope: Scope) -> RulePlan:
    rule_type = rule_types()[name]
    return analysis(measured_rule(rule_type, parameters), rule_type, scope)


def _metrics(plan: RulePlan, measured: Measured) -> dict[str, float]:
    """What could be measured: a column of nothing but NULL has no Mean."""
    try:
        return dict(plan.judge(measured).metrics)
    except RuleFailedError:
        return {}


RULE_TYPE = RuleType(
    "AllStatistics",
    (Signature(("TargetColumn",), (ConditionKind.NUMBER,)),),
    analyzer_only=True,
    statistic=True,
    analyze=analyze,
)
