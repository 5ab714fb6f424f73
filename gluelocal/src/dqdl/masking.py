"""A plan's row predicates, put on the frame as bits; those that Spark refuses are set aside."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from dqdl.errors import RuleFailedError
from dqdl.masks import FAILED, PASSED, Masks, Place
from dqdl.plan import Measure, RowsFailing, RowsPassing
from dqdl.planner import Plan, PlannedRule, failed, rows_on_problem
from dqdl.problems import spark_problem


@dataclass(frozen=True)
class Counted:
    """The rows that a measure counts: those with the code in that place.

    Rows outside the filter `beyond` have it too, and do not count.
    """

    place: Place
    code: int
    beyond: str | None = None


@dataclass(frozen=True)
class Masked:
    """`frame` has the bits of `masks`, which start with those of `plan.rules` if it has them all.

    `counted`: where the rows are that measures count; `refused`: what Spark says of the others.
    """

    plan: Plan
    frame: DataFrame
    masks: Masks
    counted: Mapping[Measure, Counted]
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
            for measure, (predicate, _) in _counted(sound).items()
            if (refusal := _refusal(flagged, predicate))
        }
        return _put_on(sound, flagged, every_rule, refused)


def _put_on(
    plan: Plan, flagged: DataFrame, every_rule: bool, refused: Mapping[Measure, RuleFailedError]
) -> Masked:
    rows: list[str | None] = [rule.plan.row for rule in plan.rules] if every_rule else []
    sought = {m: found for m, found in _counted(plan).items() if m not in refused}
    others = {predicate for predicate, _ in sought.values()} - set(rows)
    masks = Masks([*rows, *sorted(others)])
    counted = {
        m: Counted(masks.find(predicate), FAILED if isinstance(m, RowsFailing) else PASSED, beyond)
        for m, (predicate, beyond) in sought.items()
    }
    return Masked(plan, masks.on(flagged), masks, counted, refused)


def _counted(plan: Plan) -> dict[Measure, tuple[str, str | None]]:
    """The predicates whose rows are counted: a rule's own one, where a measure is about that.

    With each the filter outside which rows are not to be counted though they pass.
    """
    own = {
        (rule.plan.inside, rule.plan.where): rule.plan
        for rule in plan.rules
        if rule.plan.inside is not None
    }
    counted: dict[Measure, tuple[str, str | None]] = {}
    for m in plan.measures:
        if isinstance(m, RowsFailing):
            counted[m] = m.predicate, None
        elif isinstance(m, RowsPassing):
            found = own.get((m.predicate, m.where))
            if found is not None and found.row is not None:
                counted[m] = found.row, m.where if found.passes_outside else None
            elif m.where is None:
                counted[m] = m.predicate, None
            else:
                counted[m] = f"CASE WHEN {m.where}\n THEN {m.predicate} END", None
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
