"""Measures -> numbers: one job for all simple aggregates, one for each set of key columns.

A measure that Spark refuses becomes a RuleFailedError in its place, and the others are measured.
"""

from collections.abc import Callable, Mapping, Sequence

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from dqdl import sql
from dqdl.errors import RuleFailedError
from dqdl.masking import Masked
from dqdl.masks import FAILED, PASSED
from dqdl.plan import (
    Aggregate,
    GroupAggregate,
    Measure,
    Measured,
    Probe,
    RowsFailing,
    RowsPassing,
    ScalarQuery,
    Value,
)
from dqdl.problems import spark_problem

Answers = dict[Measure, "Value | RuleFailedError"]


def scans(measures: Sequence[Measure]) -> int:
    """How many Spark jobs read the frame to measure these."""
    kinds = (Aggregate, RowsPassing, RowsFailing)
    at_once = any(isinstance(m, kinds) for m in measures)
    keys = {m.keys for m in measures if isinstance(m, GroupAggregate)}
    return at_once + len(keys) + sum(isinstance(m, ScalarQuery) for m in measures)


def measure(masked: Masked, original: DataFrame, query: Callable[[str], DataFrame]) -> Measured:
    """`original` is the frame as it was given; `query` runs SQL over `primary`."""
    measures, frame = masked.plan.measures, masked.frame
    answers: Answers = dict(masked.refused)
    scan = {m: m.sql for m in measures if isinstance(m, Aggregate)}
    answers.update(_aggregated(frame, scan | _counts(masked)))
    groups: dict[tuple[str, ...], list[GroupAggregate]] = {}
    for m in measures:
        if isinstance(m, GroupAggregate):
            groups.setdefault(m.keys, []).append(m)
    for keys, over_groups in groups.items():
        answers.update(_grouped(frame, keys, over_groups))
    for m in measures:
        if isinstance(m, ScalarQuery):
            answers[m] = _scalar(query, m.sql)
    return Measured(answers, {m: _probed(m, original) for m in measures if isinstance(m, Probe)})


def _counts(masked: Masked) -> dict[Measure, str]:
    counts: dict[Measure, str] = {}
    for m, place in masked.counted.items():
        if isinstance(m, RowsPassing):
            counts[m] = sql.filtered(f"count_if({place.is_code(PASSED)})", m.where)
        else:
            counts[m] = f"count_if({place.is_code(FAILED)})"
    return counts


def _probed(probe: Probe, frame: DataFrame) -> object:
    try:
        return probe.answer(frame)
    except RuleFailedError as problem:
        return problem


def _aggregated(frame: DataFrame, texts: Mapping[Measure, str]) -> Answers:
    if not texts:
        return {}
    try:
        answer = frame.agg(*(F.expr(text).alias(f"a{i}") for i, text in enumerate(texts.values())))
    except AnalysisException as problem:
        if len(texts) == 1:
            return dict.fromkeys(texts, spark_problem(problem))
        # Nothing has run yet: each is tried alone, and the sound ones are measured together.
        refused = {m: reason for m, text in texts.items() if (reason := _refused(frame, text))}
        sound = {m: text for m, text in texts.items() if m not in refused}
        return {**refused, **_aggregated(frame, sound)}
    row = answer.first()
    assert row is not None
    return {m: row[i] for i, m in enumerate(texts)}


def _refused(frame: DataFrame, text: str) -> RuleFailedError | None:
    try:
        frame.agg(F.expr(text))
    except AnalysisException as problem:
        return spark_problem(problem)
    return None


def _grouped(
    frame: DataFrame, keys: tuple[str, ...], measures: Sequence[GroupAggregate]
) -> Answers:
    """One shuffle on the keys; each filter has its own count of a group's rows."""
    filters = list(dict.fromkeys(m.where for m in measures))
    counts = [
        F.expr(sql.filtered("count(1)", where)).alias(f"n{i}") for i, where in enumerate(filters)
    ]
    names = [F.expr(key).alias(f"k{i}") for i, key in enumerate(keys)]
    all_null = sql.conjunction(*(f"k{i} IS NULL" for i in range(len(keys))))
    try:
        groups = frame.groupBy(*names).agg(*counts)
    except AnalysisException as problem:
        return dict.fromkeys(measures, spark_problem(problem))
    texts: dict[Measure, str] = {
        m: m.sql.format(n=f"n{filters.index(m.where)}", all_null=f"({all_null})") for m in measures
    }
    return _aggregated(groups, texts)


def _scalar(query: Callable[[str], DataFrame], text: str) -> Value | RuleFailedError:
    try:
        result = query(text)
    except AnalysisException as problem:
        return spark_problem(problem)
    if len(result.columns) != 1:
        return RuleFailedError("Custom SQL did not return exactly 1 column")
    rows = result.limit(2).collect()
    if len(rows) != 1:
        return RuleFailedError("Custom SQL did not return exactly 1 row")
    try:
        return None if rows[0][0] is None else float(rows[0][0])
    except (TypeError, ValueError):
        return RuleFailedError(f"Custom SQL returned {rows[0][0]!r}, which is not a number")
