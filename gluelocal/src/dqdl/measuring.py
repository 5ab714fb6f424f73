"""Steps -> numbers."""

from collections.abc import Mapping, Sequence

from pyspark.sql import DataFrame

from dqdl import sql
from dqdl.errors import RuleFailedError
from dqdl.masking import Counted, Masked
from dqdl.plan import Aggregate, Measure, Measured, Probe, Value
from dqdl.steps import MOST_COMBINATIONS, Step, Steps

Answers = dict[Measure, "Value | RuleFailedError"]


def measure(masked: Masked, steps: Steps, original: DataFrame) -> Measured:
    """Runs the steps' jobs. `original` is the frame as it was given, which probes look at."""
    answers: Answers = dict(steps.refused)
    for step in steps.asked:
        if step.kind == "query":
            answers[step.measures[0]] = _number(step.answer)
        elif step.kind == "outcomes":
            answers.update(_outcomes(step, masked.counted, answers))
        else:
            answers.update(_first(step.answer, step.measures))
    probes = (m for m in masked.plan.measures if isinstance(m, Probe))
    return Measured(answers, {probe: _probed(probe, original) for probe in probes})


def _first(answer: DataFrame, measures: Sequence[Measure]) -> Answers:
    row = answer.first()
    assert row is not None
    return {m: row[i] for i, m in enumerate(measures)}


def _outcomes(step: Step, counted: Mapping[Measure, Counted], answers: Answers) -> Answers:
    combinations = step.answer.collect()
    if len(combinations) > MOST_COMBINATIONS:
        assert step.instead is not None
        return _first(step.instead, step.measures)
    rows = sum(row[-1] for row in combinations)
    by_word = {
        word: [(row[i], row[-1]) for row in combinations] for i, word in enumerate(step.keys)
    }
    counts: Answers = {}
    for m in step.measures:
        place, code = counted[m].place, counted[m].code
        count = sum(n for word, n in by_word[place.word] if place.code_of(word) == code)
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
