"""Measures -> numbers: one job for all simple aggregates, one for each set of key columns.

A measure that Spark refuses becomes a RuleFailedError in its place, and the others are measured.
"""

from collections.abc import Callable, Sequence

from pyspark.errors import AnalysisException, ParseException
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from dqdl import sql
from dqdl.errors import RuleFailedError
from dqdl.plan import (
    Aggregate,
    GroupAggregate,
    Measure,
    Measured,
    Probe,
    RowsPassing,
    ScalarQuery,
    Value,
)

Answers = dict[Measure, "Value | RuleFailedError"]


def spark_problem(problem: AnalysisException) -> RuleFailedError:
    """Spark's message without the logical plan that follows it."""
    kind = "ParseException" if isinstance(problem, ParseException) else "AnalysisException"
    message = str(problem).split(";\n", 1)[0].split("\n\n", 1)[0].strip()
    return RuleFailedError(f"org.apache.spark.sql.{kind}: {message}")


def measure(
    measures: Sequence[Measure],
    frame: DataFrame,
    flagged: DataFrame,
    query: Callable[[str], DataFrame],
) -> Measured:
    """`flagged` is the frame with the flags of row queries; `query` runs SQL over `primary`."""
    answers: Answers = {}
    scan = [m for m in measures if isinstance(m, Aggregate)]
    answers.update(_aggregated(frame, scan, [m.sql for m in scan]))
    groups: dict[tuple[str, ...], list[GroupAggregate]] = {}
    for m in measures:
        if isinstance(m, GroupAggregate):
            groups.setdefault(m.keys, []).append(m)
    for keys, over_groups in groups.items():
        answers.update(_grouped(frame, keys, over_groups))
    passing = [m for m in measures if isinstance(m, RowsPassing)]
    if passing:
        columns = [F.expr(m.predicate).alias(f"p{i}") for i, m in enumerate(passing)]
        answers.update(
            _aggregated(
                flagged.select(*columns), passing, [f"count_if(p{i})" for i in range(len(passing))]
            )
        )
    for m in measures:
        if isinstance(m, ScalarQuery):
            answers[m] = _scalar(query, m.sql)
    return Measured(answers, {m: _probed(m, frame) for m in measures if isinstance(m, Probe)})


def _probed(probe: Probe, frame: DataFrame) -> object:
    try:
        return probe.answer(frame)
    except RuleFailedError as problem:
        return problem


def _aggregated(frame: DataFrame, measures: Sequence[Measure], texts: Sequence[str]) -> Answers:
    if not measures:
        return {}
    try:
        answer = frame.agg(*(F.expr(text).alias(f"a{i}") for i, text in enumerate(texts)))
    except AnalysisException as problem:
        if len(measures) == 1:
            return {measures[0]: spark_problem(problem)}
        # Nothing has run yet: each is tried alone, and the sound ones are measured together.
        refused = {m: _refused(frame, text) for m, text in zip(measures, texts, strict=True)}
        answers: Answers = {m: reason for m, reason in refused.items() if reason}
        sound = [i for i, m in enumerate(measures) if not refused[m]]
        return answers | _aggregated(frame, [measures[i] for i in sound], [texts[i] for i in sound])
    row = answer.first()
    assert row is not None
    return {m: row[i] for i, m in enumerate(measures)}


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
    texts = [
        m.sql.format(n=f"n{filters.index(m.where)}", all_null=f"({all_null})") for m in measures
    ]
    return _aggregated(groups, measures, texts)


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
