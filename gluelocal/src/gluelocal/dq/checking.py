"""One check: the rules' outcomes, how many rows failed each, and the first few of them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dqdl.model import AnyRule, CompositeRule, Ruleset

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from dqdl.results import Evaluation, RuleOutcome
    from dqdl.rowoutcomes import RowCounts, RowTotals

_PLACE = "__gluelocal_place"


@dataclass(frozen=True)
class CheckedRule:
    """`failing` are the first rows that fail, each as its JSON object; `columns` those that the
    rule names."""

    outcome: "RuleOutcome"
    rows: "RowCounts"
    failing: tuple[dict[str, Any], ...]
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Check:
    evaluation: "Evaluation"
    totals: "RowTotals"
    rules: tuple[CheckedRule, ...]

    @property
    def passed(self) -> bool:
        return all(rule.outcome.passed for rule in self.rules)


def checked(evaluation: "Evaluation", ruleset: Ruleset, show: int) -> Check:
    """Three Spark jobs at most for the rows, however many rules there are.

    `show`: how many failing rows of each rule are wanted.
    """
    totals = evaluation.rows.totals()
    failing = _failing(evaluation, show) if show and totals.failed else {}
    by_text = {str(rule): rule for rule in ruleset.rules}
    columns = evaluation.original.columns
    rules = []
    for outcome, rows in zip(evaluation.outcomes, totals.rules, strict=True):
        rule = by_text[outcome.rule]
        shown = failing.get(str(rule.without_labels()), ())
        rules.append(CheckedRule(outcome, rows, tuple(shown), _named(rule, columns)))
    return Check(evaluation, totals, tuple(rules))


def _failing(evaluation: "Evaluation", show: int) -> Mapping[str, Sequence[dict[str, Any]]]:
    """By rule text, in the order of the data."""
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    from dqdl.rowoutcomes import FAIL, RESULT

    rows = evaluation.row_outcomes_frame().withColumn(_PLACE, F.monotonically_increasing_id())
    failed = rows.where(F.col(RESULT) == "Failed").select(F.explode(FAIL).alias("rule"), _PLACE)
    rank = F.row_number().over(Window.partitionBy("rule").orderBy(_PLACE))
    # Only the places of rows are ranked and moved; the few rows themselves are looked up.
    chosen = failed.withColumn("rank", rank).where(F.col("rank") <= show).collect()
    places = sorted({row[_PLACE] for row in chosen})
    values = _objects(rows.where(F.col(_PLACE).isin(places)), evaluation.original.columns)
    by_rule: dict[str, list[dict[str, Any]]] = {}
    for row in sorted(chosen, key=lambda row: row["rank"]):
        by_rule.setdefault(row["rule"], []).append(values[row[_PLACE]])
    return by_rule


def _objects(rows: "DataFrame", columns: Sequence[str]) -> dict[int, dict[str, Any]]:
    from pyspark.sql import functions as F

    from dqdl import sql

    kept = [name for name in columns if name in rows.columns]
    cells = F.struct(*(F.col(sql.name(name)) for name in kept))
    text = F.to_json(cells, {"ignoreNullFields": "false"}).alias("row")
    return {row[_PLACE]: json.loads(row["row"]) for row in rows.select(_PLACE, text).collect()}


def _named(rule: AnyRule, columns: Sequence[str]) -> tuple[str, ...]:
    by_name = {name.lower(): name for name in columns}
    named = (by_name.get(value.strip("`").lower()) for value in _parameters(rule))
    return tuple(dict.fromkeys(name for name in named if name is not None))


def _parameters(rule: AnyRule) -> Iterator[str]:
    if isinstance(rule, CompositeRule):
        for part in rule.operands():
            yield from _parameters(part)
    else:
        for parameter in rule.parameters:
            yield parameter.value
