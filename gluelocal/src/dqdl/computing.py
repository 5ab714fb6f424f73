"""A prepared plan -> its measures, and the rows with their bits.

What Spark refuses while it analyzes is set aside before anything runs (`masking`, `measuring`).
What raises only while rows are computed (a division by zero under ANSI, a user's raise_error)
stops a whole job, so the rules that do it are searched for and fail by themselves.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame

from dqdl.masking import Masked, masked
from dqdl.masks import Combination
from dqdl.measuring import measure
from dqdl.plan import Measured
from dqdl.planner import Plan, PlannedAnalyzer, PlannedRule, failed, rows_on_problem
from dqdl.preparation import Prepared
from dqdl.problems import computing_problem
from dqdl.staging import staged
from dqdl.steps import Steps, steps

_RAISED = (Py4JJavaError, PySparkException)


@dataclass(frozen=True)
class Computed:
    """`tested.plan` is the plan with the rules that could not be computed as failed ones.

    `tested` has the bits of every rule; `combinations` are its rows' ones, where they are known.
    """

    tested: Masked
    measured: Measured
    combinations: tuple[Combination, ...] = ()


def computed(prepared: Prepared) -> Computed:
    """Runs the measures' jobs. What the source itself raises is raised."""
    plan = prepared.plan
    try:
        return _attempt(prepared, plan)
    except _RAISED:
        prepared.frame.write.format("noop").mode("overwrite").save()
        return _attempt(prepared, _without_raising(prepared, plan))


@dataclass(frozen=True)
class Layout:
    """Where the measures are taken; `tested` has the bits of every rule only when `staged`."""

    flagged: DataFrame
    tested: Masked
    steps: Steps
    staged: bool


def laid_out(prepared: Prepared, plan: Plan, stage: Callable[[DataFrame], DataFrame]) -> Layout:
    """`stage` gives the frame that stands for its argument from then on."""
    stages = prepared.stages(plan.measures)
    queries = prepared.queries
    if stages and plan.queries:
        queries = queries.over(stage(prepared.frame))
    flagged = queries.flagged(plan.queries)
    tested = masked(plan, flagged, every_rule=stages)
    if stages:
        tested = replace(tested, frame=stage(tested.frame))
    return Layout(flagged, tested, steps(tested, queries.run, stages), stages)


def _attempt(prepared: Prepared, plan: Plan) -> Computed:
    layout = laid_out(prepared, plan, staged)
    tested = layout.tested
    measured, combinations = measure(tested, layout.steps, prepared.frame)
    if not layout.staged:
        tested = masked(tested.plan, layout.flagged, every_rule=True)
    return Computed(tested, measured, combinations)


def _without_raising(prepared: Prepared, plan: Plan) -> Plan:
    """The plan with the rules and analyzers that raise as failed ones."""
    raised = _raising(plan.rules, lambda some: _attempt(prepared, Plan(some)))
    rules = tuple(
        replace(rule, plan=failed(raised[rule.text], rows_on_problem(rule.rule)))
        if rule.text in raised
        else rule
        for rule in plan.rules
    )
    raised = _raising(plan.analyzers, lambda some: _attempt(prepared, Plan((), some)))
    analyzers = tuple(
        replace(entry, plan=failed(raised[entry.text])) if entry.text in raised else entry
        for entry in plan.analyzers
    )
    return Plan(rules, analyzers, plan.statistics).measurable()


Planned = TypeVar("Planned", PlannedRule, PlannedAnalyzer)


def _raising(
    entries: tuple[Planned, ...], attempt: Callable[[tuple[Planned, ...]], object]
) -> dict[str, str]:
    """Text -> reason of those that raise, by halves: about 2 log2(n) attempts for one of n."""
    if not entries:
        return {}
    try:
        attempt(entries)
    except _RAISED as problem:
        if len(entries) == 1:
            return {entries[0].text: str(computing_problem(problem))}
        middle = len(entries) // 2
        return _raising(entries[:middle], attempt) | _raising(entries[middle:], attempt)
    return {}
