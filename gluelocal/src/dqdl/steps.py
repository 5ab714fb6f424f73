"""The queries that an evaluation asks Spark for its measures, none of them run yet.

One over all rows, one for each set of key columns, one for each number-valued CustomSql. A measure
that Spark refuses is set aside with Spark's reason, and the others are asked for.

Staged rows are cheap to read twice. There the rows that pass and fail are counted by a query of
their own, which gives each combination of outcomes and how many rows have it: hundreds of
aggregates take Spark longer to plan and compile than to compute, and real rows have few
combinations.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from dqdl import sql
from dqdl.errors import RuleFailedError
from dqdl.masking import Masked
from dqdl.plan import (
    Aggregate,
    GroupAggregate,
    Measure,
    RowsFailing,
    RowsPassing,
    ScalarQuery,
)
from dqdl.problems import spark_problem


@dataclass(frozen=True)
class Step:
    """`answer` has one row, with a column for each of the measures in their order.

    Of a query the user wrote, nobody knows before it runs whether it has one row. Of `outcomes`,
    `answer` has a row for each combination of the words named by `keys`, with the number of rows
    behind them; with more than MOST_COMBINATIONS, `instead` is asked.
    """

    kind: Literal["aggregation", "outcomes", "keys", "query"]
    measures: tuple[Measure, ...]
    answer: DataFrame
    keys: tuple[str, ...] = ()
    instead: DataFrame | None = None


MOST_COMBINATIONS = 2000


@dataclass(frozen=True)
class Steps:
    """In the order in which they are taken."""

    asked: tuple[Step, ...]
    refused: Mapping[Measure, RuleFailedError]


def scans(measures: Sequence[Measure]) -> int:
    """How many of the steps read the whole frame."""
    kinds = (Aggregate, RowsPassing, RowsFailing)
    at_once = any(isinstance(m, kinds) for m in measures)
    queries = sum(isinstance(m, ScalarQuery) for m in measures)
    return at_once + len(_by_keys(measures)) + queries


def steps(masked: Masked, query: Callable[[str], DataFrame], staged: bool) -> Steps:
    """`query` runs SQL over `primary`; `staged`: whether `masked.frame` is kept."""
    measures = masked.plan.measures
    refused = dict(masked.refused)
    asked = []
    texts: dict[Measure, str] = {m: m.sql for m in measures if isinstance(m, Aggregate)}
    if not staged:
        texts |= _counts(masked)
    answer, sound = _aggregation(masked.frame, texts, refused)
    if answer is not None:
        asked.append(Step("aggregation", sound, answer))
    if staged and masked.counted:
        asked.append(_outcomes(masked))
    for keys, over in _by_keys(measures).items():
        answer, sound = _grouping(masked.frame, keys, over, refused)
        if answer is not None:
            asked.append(Step("keys", sound, answer, keys))
    for m in measures:
        if isinstance(m, ScalarQuery):
            result = _result(query, m.sql)
            if isinstance(result, RuleFailedError):
                refused[m] = result
            else:
                asked.append(Step("query", (m,), result))
    return Steps(tuple(asked), refused)


def _by_keys(measures: Sequence[Measure]) -> dict[tuple[str, ...], list[GroupAggregate]]:
    groups: dict[tuple[str, ...], list[GroupAggregate]] = {}
    for m in measures:
        if isinstance(m, GroupAggregate):
            groups.setdefault(m.keys, []).append(m)
    return groups


def _counts(masked: Masked) -> dict[Measure, str]:
    return {
        m: sql.filtered(f"count_if({counted.place.is_code(counted.code)})", counted.beyond)
        for m, counted in masked.counted.items()
    }


def _outcomes(masked: Masked) -> Step:
    words = set(masked.masks.words(len(masked.plan.rules)))
    words |= {counted.place.word for counted in masked.counted.values()}
    keys = tuple(sorted(words))
    combinations = masked.frame.groupBy(*keys).count()
    few = combinations.coalesce(1).limit(MOST_COMBINATIONS + 1)
    counts = _counts(masked)
    columns = [F.expr(text).alias(f"a{i}") for i, text in enumerate(counts.values())]
    instead = masked.frame.agg(*columns)
    return Step("outcomes", tuple(counts), few, keys, instead)


Refused = dict[Measure, RuleFailedError]


def _aggregation(
    frame: DataFrame, texts: Mapping[Measure, str], refused: Refused
) -> tuple[DataFrame | None, tuple[Measure, ...]]:
    """The aggregates' one row, and the measures that it answers."""
    if not texts:
        return None, ()
    try:
        columns = [F.expr(text).alias(f"a{i}") for i, text in enumerate(texts.values())]
        return frame.agg(*columns), tuple(texts)
    except AnalysisException:
        # Each is tried alone, and the sound ones are asked for together.
        reasons = {m: reason for m, text in texts.items() if (reason := _refusal(frame, text))}
        if not reasons:
            raise
        refused.update(reasons)
        sound = {m: text for m, text in texts.items() if m not in reasons}
        return _aggregation(frame, sound, refused)


def _refusal(frame: DataFrame, text: str) -> RuleFailedError | None:
    try:
        frame.agg(F.expr(text))
    except AnalysisException as problem:
        return spark_problem(problem)
    return None


def _grouping(
    frame: DataFrame, keys: tuple[str, ...], over: Sequence[GroupAggregate], refused: Refused
) -> tuple[DataFrame | None, tuple[Measure, ...]]:
    """One shuffle on the keys; each filter has its own count of a group's rows."""
    filters = list(dict.fromkeys(m.where for m in over))
    counts = [
        F.expr(sql.filtered("count(1)", where)).alias(f"n{i}") for i, where in enumerate(filters)
    ]
    names = [F.expr(key).alias(f"k{i}") for i, key in enumerate(keys)]
    all_null = sql.conjunction(*(f"k{i} IS NULL" for i in range(len(keys))))
    try:
        groups = frame.groupBy(*names).agg(*counts)
    except AnalysisException as problem:
        refused.update(dict.fromkeys(over, spark_problem(problem)))
        return None, ()
    texts: dict[Measure, str] = {
        m: m.sql.format(n=f"n{filters.index(m.where)}", all_null=f"({all_null})") for m in over
    }
    return _aggregation(groups, texts, refused)


def _result(query: Callable[[str], DataFrame], text: str) -> DataFrame | RuleFailedError:
    try:
        result = query(text)
    except AnalysisException as problem:
        return spark_problem(problem)
    if len(result.columns) != 1:
        return RuleFailedError("Custom SQL did not return exactly 1 column")
    return result.limit(2)
