"""DatasetMatch: the share of rows that another dataset has with the same key and the same values.

Dataset.<alias>.DatasetMatch. AWS Glue Developer Guide, DatasetMatch: the keys have to be a primary
key on both sides; without columns to match, every other column is matched with the one of its name.
NULL matches NULL. A row passes when the other dataset has it.
"""

from collections.abc import Sequence

from dqdl import sql
from dqdl.errors import RuleFailedError, UnsupportedRuleError
from dqdl.judging import ratio, total
from dqdl.keys import Keys
from dqdl.model import ConditionKind, Rule
from dqdl.plan import Measured, RowsPassing, RulePlan, ScalarQuery, Verdict
from dqdl.references import Pair, judged, listed, rows_found, source_scope
from dqdl.ruletype import RuleType, Signature, reference_metric
from dqdl.scope import Scope

_UNSUITABLE = "Provided key map not suitable for given data frames"


def plan(rule: Rule, scope: Scope) -> RulePlan:
    alias, key_mappings, *match_mappings = (parameter.value for parameter in rule.parameters)
    there = source_scope(alias, scope, f"{alias} not found in additional sources")
    keys = _pairs(_mappings(key_mappings, "Key"), scope, there, "key columns")
    own = Keys(tuple(pair.own for pair in keys), None)
    if match_mappings:
        mappings = _mappings(match_mappings[0], "Match")
    else:
        in_key = {column.sql for column in own.columns}
        mappings = [(name, name) for name, _ in scope.columns if sql.name(name) not in in_key]
        if not mappings:
            raise RuleFailedError("Empty column comparison map provided.")
    query = rows_found(alias, keys, _pairs(mappings, scope, there, "columns"))
    rows, found = total(rule), RowsPassing(query.flag_is_set)
    # Counting distinct keys leaves out those with a NULL.
    others = ", ".join(pair.other.sql for pair in keys)
    not_keys = ScalarQuery(f"SELECT count(1) - count(DISTINCT {others}) FROM {sql.name(alias)}")

    def judge(measured: Measured) -> Verdict:
        all_rows = measured.count(rows)
        is_key = measured.count(own.unique) == measured.count(own.complete) == all_rows
        if not is_key or measured.count(not_keys):
            return Verdict(False, (_UNSUITABLE,))
        if all_rows == 0:
            return Verdict(False, ("Cannot evaluate: primary DataFrame is empty",))
        value = ratio(measured.count(found), all_rows)
        return judged(rule, f"Dataset.{alias}.DatasetMatch", value)

    measures = (rows, found, own.unique, own.complete, not_keys)
    return RulePlan(measures, judge, query.flag_is_set, (query,))


def _mappings(written: str, kind: str) -> list[tuple[str, str]]:
    """`a->x,b` -> (a, x), (b, b)."""
    mappings = []
    for item in listed(written):
        own, _, other = (part.strip() for part in item.partition("->"))
        mappings.append((own, other or own))
    if not mappings or not all(own for own, _ in mappings):
        raise UnsupportedRuleError(
            f'Could not parse {kind}ColumnMappings "{written}"; write "column,column->other"'
        )
    return mappings


def _pairs(
    mappings: Sequence[tuple[str, str]], scope: Scope, there: Scope, what: str
) -> list[Pair]:
    sides = ((0, scope, "first"), (1, there, "second"))
    for side, of, dataset in sides:
        unknown = [mapping[side] for mapping in mappings if of.lookup(mapping[side]) is None]
        if unknown:
            raise RuleFailedError(
                f"The following {what} were not found in the {dataset} dataset: "
                f"{', '.join(unknown)}"
            )
    return [Pair(scope.column(own), there.column(other)) for own, other in mappings]


_PARAMETERS = ("ReferenceDatasetAlias", "KeyColumnMappings", "MatchColumnMappings")

RULE_TYPE = RuleType(
    "DatasetMatch",
    (
        Signature(_PARAMETERS[:2], (ConditionKind.NUMBER,)),
        Signature(_PARAMETERS, (ConditionKind.NUMBER,)),
    ),
    plan,
    composite_rows=False,
    history_metric=reference_metric,
    parameters_in_metric=False,
)
