"""RowCountMatch: rows here over rows of another dataset. Dataset.<alias>.RowCountMatch

An empty other dataset makes the ratio infinite, two empty ones make it NaN.
"""

import math

from dqdl import sql
from dqdl.judging import total
from dqdl.model import ConditionKind, Rule
from dqdl.plan import Measured, RulePlan, ScalarQuery, Verdict
from dqdl.references import judged, source_scope
from dqdl.ruletype import RuleType, Signature, reference_metric
from dqdl.scope import Scope


def plan(rule: Rule, scope: Scope) -> RulePlan:
    alias = rule.parameters[0].value
    source_scope(alias, scope, f"Reference dataset '{alias}' not found in additional data sources")
    own, other = total(rule), ScalarQuery(f"SELECT count(1) FROM {sql.name(alias)}")

    def judge(measured: Measured) -> Verdict:
        here, there = measured.count(own), measured.count(other)
        unbounded = math.inf if here else math.nan
        value = here / there if there else unbounded
        return judged(rule, f"Dataset.{alias}.RowCountMatch", value)

    return RulePlan((own, other), judge)


RULE_TYPE = RuleType(
    "RowCountMatch",
    (Signature(("ReferenceDatasetAlias",), (ConditionKind.NUMBER,)),),
    plan,
    history_metric=reference_metric,
)
