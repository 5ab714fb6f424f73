"""Steps -> numbers."""

from collections.abc import Mapping, Sequence

from pyspark.sql import DataFrame

from dqdl import sql
from dqdl.errors import RuleFailedError
from dqdl.masking import Counted, Masked
from dqdl.masks import Combination
from dqdl.plan import Aggregate, Measure, Measured, Probe, Value
from dqdl.steps import MOST_COMBINATIONS, Step, Steps

Answers = dict[Measure, "Value | RuleFailedError"]


def measure(
    masked: Masked, steps: Steps, original: DataFrame
) -> tuple[Measured, tuple[Combination, ...]]:
    """Runs the steps' jobs. `original` is the frame as it was given, which probes look at.

    The combinations of outcomes that the rows have come with the answers where all are known.
    """
    answers: Answers = dict(steps.refused)
    combinations: tuple[Combination, ...] = ()
    for step in steps.asked:
        if step.kind == "query":
            answers[step.measures[0]] = _number(step.answer)
        elif step.kind == "outcomes":
            assert step.instead is not None
            known = _combinations(step)
            if known is None:
                answers.update(_first(step.instead, step.measures))
            else:
                combinations = known
                answers.update(_counts(step, known, masked.counted, answers))
        else:
            answers.update(_first(step.answer, step.measures))
    probes = (m for m in masked.plan.measures if isinstance(m, Probe))
    found = {probe: _probed(probe, original) for probe in probes}
    return Measured(answers, found), combinations


def _first(answer: DataFrame, measures: Sequence[Measure]) -> Answers:
    row = answer.first()
    assert row is not None
    return {m: row[i] for i, m in enumerate(measures)}


def _combinations(step: Step) -> tuple[Combination, ...] | None:
    """All of them; None when the rows have more than is worth knowing."""
    rows = step.answer.collect()
    if len(rows) > MOST_COMBINATIONS:
        return None
    return tuple(Combination(dict(zip(step.keys, row, strict=False)), row[-1]) for row in rows)


def _counts(
    step: Step,
    combinations: Sequence[Combination],
    counted: Mapping[Measure, Counted],
    answers: Answers,
) -> Answers:
    rows = sum(combination.rows for combination in combinations)
    counts: Answers = {}
    for m in step.measures:
        place, code = counted[m].place, counted[m].code
        count = sum(c.rows for c in combinations if place.code_of(c.words[place.word]) == code)
        beyond = counted[m].beyond
        if beyond is not None:
            within = answers[Aggregate(sql.filtered("count(1)", beyond))]
            assert isinstance(within, int)
            count -= rows - within
        counts[m] = count
    return counts


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
