"""Steps -> numbers."""

from pyspark.sql import DataFrame

from dqdl.errors import RuleFailedError
from dqdl.plan import Measure, Measured, Probe, Value
from dqdl.planner import Plan
from dqdl.steps import Steps


def measure(plan: Plan, steps: Steps, original: DataFrame) -> Measured:
    """Runs the steps' jobs. `original` is the frame as it was given, which probes look at."""
    answers: dict[Measure, Value | RuleFailedError] = dict(steps.refused)
    for step in steps.asked:
        if step.kind == "query":
            answers[step.measures[0]] = _number(step.answer)
        else:
            row = step.answer.first()
            assert row is not None
            answers.update({m: row[i] for i, m in enumerate(step.measures)})
    probes = (m for m in plan.measures if isinstance(m, Probe))
    return Measured(answers, {probe: _probed(probe, original) for probe in probes})


def _probed(probe: Probe, frame: DataFrame) -> object:
    try:
        return probe.answer(frame)
    except RuleFailedError as problem:
        return problem


def _number(result: DataFrame) -> Value | RuleFailedError:
    rows = result.collect()
    if len(rows) != 1:
        return RuleFailedError("Custom SQL did not return exactly 1 row")
    try:
        return None if rows[0][0] is None else float(rows[0][0])
    except (TypeError, ValueError):
        return RuleFailedError(f"Custom SQL returned {rows[0][0]!r}, which is not a number")
