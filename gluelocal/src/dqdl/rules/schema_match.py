"""SchemaMatch: the share of columns that another dataset has with the same name and type.

Dataset.<alias>.SchemaMatch. Names are compared case by case, the columns' order does not count
(AWS Glue Developer Guide, SchemaMatch). Different numbers of columns fail the rule whatever its
condition.
"""

from dqdl.judging import holds, ratio
from dqdl.model import ConditionKind, Rule
from dqdl.plan import Measured, RulePlan, Verdict
from dqdl.references import source_scope
from dqdl.ruletype import RuleType, Signature, reference_metric
from dqdl.scope import Scope


def plan(rule: Rule, scope: Scope) -> RulePlan:
    condition = rule.condition
    assert condition is not None
    alias = rule.parameters[0].value
    there = source_scope(alias, scope, f"Reference dataset '{alias}' not found")
    own, other = dict(scope.columns), dict(there.columns)
    key = f"Dataset.{alias}.SchemaMatch"

    def judge(_measured: Measured) -> Verdict:
        if not own or not other:
            return Verdict(False, ("One or both DataFrames have no columns",), {key: 0.0})
        if len(own) != len(other):
            return Verdict(False, ("Column counts do not match",), {key: 0.0})
        value = ratio(len(own.items() & other.items()), len(own))
        passed = holds(condition, value)
        reasons = () if passed else (f"{value * 100:.2f}% of columns passed the threshold",)
        return Verdict(passed, reasons, {key: value})

    return RulePlan((), judge)


RULE_TYPE = RuleType(
    "SchemaMatch",
    (Signature(("ReferenceDatasetAlias",), (ConditionKind.NUMBER,)),),
    plan,
    history_metric=reference_metric,
)
