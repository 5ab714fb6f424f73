"""Plans that measure without judging: analyzers, and what DetectAnomalies looks at."""

from dqdl.errors import RuleFailedError
from dqdl.model import Condition, ConditionKind, Operator, Parameter, Rule, Tag
from dqdl.operands import Number
from dqdl.plan import RulePlan
from dqdl.ruletype import RuleType
from dqdl.scope import Scope

# `=` is the operator for which ColumnValues and ColumnLength report both of their bounds.
_ANY = Condition(Operator.EQUAL, (Number("0"),), frozenset({ConditionKind.NUMBER}))


ALL_COLUMNS = "AllColumns"


def measured_rule(
    rule_type: RuleType, parameters: tuple[Parameter, ...], tags: tuple[Tag, ...] = ()
) -> Rule:
    """A rule that reports all that the type measures; its verdict means nothing."""
    return Rule(rule_type.name, parameters, _ANY, tags=tags)


def analysis(rule: Rule, rule_type: RuleType, scope: Scope) -> RulePlan:
    """The plan of a `measured_rule`; RuleFailedError as the type's own plan raises it."""
    planner = rule_type.analyze or rule_type.plan
    assert planner is not None
    plan = planner(rule, scope)
    return RulePlan(plan.measures, plan.judge)


def columns_named(written: str, scope: Scope) -> list[str]:
    """The column's name, or every one's for AllColumns; RuleFailedError when there is none."""
    try:
        return [scope.column(written).written]
    except RuleFailedError:
        if written != ALL_COLUMNS:
            raise
    return [name for name, _ in scope.columns]
