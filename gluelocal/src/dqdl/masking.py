"""A plan's row predicates, put on the frame as bits; those that Spark refuses are set aside."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from dqdl.errors import RuleFailedError
from dqdl.masks import Masks, Place
from dqdl.plan import Measure, RowsFailing, RowsPassing
from dqdl.planner import Plan, PlannedRule, failed, rows_on_problem
from dqdl.problems import spark_problem


@dataclass(frozen=True)
class Masked:
    """`frame` has the bits of `masks`, which start with those of `plan.rules` if it has them all.

    `counted`: the places of the predicates that measures count; `refused`: what Spark says of the
    others.
    """

    plan: Plan
    frame: DataFrame
    masks: Masks
    counted: Mapping[Measure, Place]
    refused: Mapping[Measure, RuleFailedError] = field(default_factory=dict)


def masked(plan: Plan, flagged: DataFrame, every_rule: bool) -> Masked:
    """`flagged` is the input and the flags of row queries.

    Without `every_rule` only the predicates that measures count are put on, so that a scan that
    wants no row outcomes computes and reads no more than it has to.
    """
    try:
        return _put_on(plan, flagged, every_rule, {})
    except AnalysisException:
        # Nothing has run yet: each predicate is tried alone, and the sound ones are put on.
        rules = tuple(_sound(flagged, rule) for rule in plan.rules)
        sound = replace(plan, rules=rules).measurable()
        refused = {
            measure: refusal
            for measure, predicate in _counted(sound).items()
            if (refusal := _refusal(flagged, predicate))
        }
        return _put_on(sound, flagged, every_rule, refused)


def _put_on(
    plan: Plan, flagged: DataFrame, every_rule: bool, refused: Mapping[Measure, RuleFailedError]
) -> Masked:
    rows: list[str | None] = [rule.plan.row for rule in plan.rules] if every_rule else []
    counted = {m: predicate for m, predicate in _counted(plan).items() if m not in refused}
    others = dict.fromkeys(counted.values()).keys() - set(rows)
    masks = Masks([*rows, *sorted(others)])
    frame = masks.on(flagged)
    return Masked(plan, frame, masks, {m: masks.find(p) for m, p in counted.items()}, refused)


def _counted(plan: Plan) -> dict[Measure, str]:
    """The predicates whose rows are counted: a rule's own one, where a measure is about that."""
    own = {
        (rule.plan.inside, rule.plan.where): rule.plan.row
        for rule in plan.rules
        if rule.plan.inside is not None
    }
    counted: dict[Measure, str] = {}
    for measure in plan.measures:
        if isinstance(measure, RowsPassing):
            predicate = own.get((measure.predicate, measure.where)) or measure.predicate
            counted[measure] = predicate
        elif isinstance(measure, RowsFailing):
            counted[measure] = measure.predicate
    return counted


def _sound(flagged: DataFrame, rule: PlannedRule) -> PlannedRule:
    refusal = rule.plan.row and _refusal(flagged, rule.plan.row)
    if not refusal:
        return rule
    return replace(rule, plan=failed(str(refusal), rows_on_problem(rule.rule)))


def _refusal(flagged: DataFrame, predicate: str) -> RuleFailedError | None:
    try:
        flagged.select(F.expr(f"NOT ({predicate})"))
    except AnalysisException as problem:
        return spark_problem(problem)
    return None
