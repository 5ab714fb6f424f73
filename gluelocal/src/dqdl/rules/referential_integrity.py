"""ReferentialIntegrity: the share of rows whose values another dataset has too.

Column.<alias>.ReferentialIntegrity. AWS Glue Developer Guide, ReferentialIntegrity: one column as
`alias.column`, several as `alias.{a,b}`. A row passes when the other dataset has its values, and
fails with a NULL among them.
"""

from collections.abc import Sequence

from dqdl.errors import RuleFailedError, UnsupportedRuleError
from dqdl.judging import ratio, total
from dqdl.model import Condition, ConditionKind, Rule
from dqdl.plan import Measured, RowsPassing, RulePlan, Verdict
from dqdl.references import (
    Pair,
    judged,
    listed,
    reference_and_rest,
    rows_found,
    source_scope,
)
from dqdl.ruletype import RuleType, Signature
from dqdl.scope import Column, Scope


def plan(rule: Rule, scope: Scope) -> RulePlan:
    names = listed(rule.parameters[0].value)
    alias, other_names = _reference(rule, scope)
    there = source_scope(alias, scope, f"{alias} not found in additional sources")
    if not names:
        raise RuleFailedError(
            "Empty list provided for columns to check from the primary data frame."
        )
    if len(names) != len(other_names):
        raise RuleFailedError(
            "The number of columns to check from the primary data frame must equal the number of "
            "columns to check from the reference data frame."
        )
    own, other = _columns(names, scope, "primary"), _columns(other_names, there, "reference")
    query = rows_found(alias, [Pair(*pair) for pair in zip(own, other, strict=True)])
    rows, found = total(rule), RowsPassing(query.flag_is_set)

    def judge(measured: Measured) -> Verdict:
        if measured.count(rows) == 0:
            return Verdict(False, ("Primary data frame contains no data.",))
        value = ratio(measured.count(found), measured.count(rows))
        return judged(rule, f"Column.{alias}.ReferentialIntegrity", value)

    return RulePlan((rows, found), judge, query.flag_is_set, (query,))


def _reference(rule: Rule, scope: Scope) -> tuple[str, list[str]]:
    written = rule.parameters[1].value
    alias, rest = reference_and_rest(written, scope.sources)
    names = listed(rest[1:-1]) if rest.startswith("{") and rest.endswith("}") else [rest.strip()]
    if not alias or not all(names):
        raise UnsupportedRuleError(
            f'Could not parse ReferenceDatasetColumns parameter "{written}"; write "alias.column" '
            'or "alias.{column,column}"'
        )
    return alias, names


def _columns(names: Sequence[str], scope: Scope, dataset: str) -> list[Column]:
    found = [(name, scope.lookup(name)) for name in names]
    unknown = [name for name, column in found if column is None]
    if unknown:
        many = len(unknown) > 1
        raise RuleFailedError(
            f"Column{'s' if many else ''} {', '.join(unknown)} do{'' if many else 'es'} not exist "
            f"in {dataset} data frame."
        )
    return [column for _, column in found if column is not None]


def history_metric(rule: Rule, _condition: Condition) -> str:
    alias = reference_and_rest(rule.parameters[1].value)[0]
    return f"Column.{alias}.ReferentialIntegrity"


RULE_TYPE = RuleType(
    "ReferentialIntegrity",
    (Signature(("PrimaryDatasetColumns", "ReferenceDatasetColumns"), (ConditionKind.NUMBER,)),),
    plan,
    composite_rows=False,
    history_metric=history_metric,
    parameters_in_metric=False,
)
