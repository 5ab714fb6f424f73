"""The queries that an evaluation asks of Spark, and how many jobs Spark makes of each.

Nothing runs here: the jobs are counted in the physical plans.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from dqdl import sql
from dqdl.errors import RuleFailedError
from dqdl.masking import Masked, masked
from dqdl.plan import Aggregate, GroupAggregate, Measure, Probe, ScalarQuery
from dqdl.planner import Plan
from dqdl.problems import spark_problem
from dqdl.queries import Queries


@dataclass(frozen=True)
class Jobs:
    """How many jobs there will be, and how many more Spark may add while it runs.

    Adaptive execution turns a join into a broadcast, which is a job, when a side is found small.
    """

    sure: int = 0
    possible: int = 0


@dataclass(frozen=True)
class Step:
    """Of a probe nobody but itself knows what it does, so its jobs are none."""

    kind: str
    measures: tuple[Measure, ...] = ()
    keys: tuple[str, ...] = ()
    jobs: Jobs = Jobs()


@dataclass(frozen=True)
class Schedule:
    """`refused`: what Spark says of the measures that it takes no part of."""

    plan: Plan
    steps: tuple[Step, ...]
    refused: Mapping[Measure, RuleFailedError]


def scheduled(plan: Plan, frame: DataFrame, queries: Queries, stages: bool) -> Schedule:
    """The steps in the order in which an evaluation takes them.

    `stages`: whether the rows and their outcomes are kept between the jobs.
    """
    steps: list[Step] = []
    if stages and plan.queries:
        steps.append(Step("staging", jobs=_staging_jobs(frame)))
        queries = queries.over(_stand_in(frame))
    tested = masked(plan, queries.flagged(plan.queries), every_rule=stages)
    if stages:
        steps.append(Step("staging", jobs=_staging_jobs(tested.frame)))
        tested = replace(tested, frame=_stand_in(tested.frame))
    measures = tested.plan.measures
    refused = dict(tested.refused)
    steps += _aggregation(tested, refused)
    steps += _groupings(measures, tested.frame, refused)
    steps += _queries(measures, queries.run, refused)
    steps += [Step("probe", (m,)) for m in measures if isinstance(m, Probe)]
    return Schedule(tested.plan, tuple(steps), refused)


def _staging_jobs(frame: DataFrame) -> Jobs:
    """Staging keeps the rows as a shuffle, and asks for no result."""
    return _before_result(frame.repartition(F.monotonically_increasing_id()))


def _stand_in(frame: DataFrame) -> DataFrame:
    """A frame without rows that Spark plans like the staged one."""
    spark = frame.sparkSession
    assert spark._jvm is not None
    empty = spark._jsc.sc().emptyRDD(
        spark._jvm.scala.reflect.ClassTag.apply(
            spark._jvm.java.lang.Class.forName("org.apache.spark.sql.catalyst.InternalRow")
        )
    )
    kept = spark._jsparkSession.internalCreateDataFrame(empty, frame._jdf.schema(), False)
    return DataFrame(kept, spark)


def _aggregation(tested: Masked, refused: dict[Measure, RuleFailedError]) -> Iterator[Step]:
    """One over all rows."""
    texts = {m: m.sql for m in tested.plan.measures if isinstance(m, Aggregate)}
    for m, text in tuple(texts.items()):
        try:
            tested.frame.agg(F.expr(text))
        except AnalysisException as problem:
            refused[m] = spark_problem(problem)
            del texts[m]
    counted = {m: f"count({place.word})" for m, place in tested.counted.items()}
    if texts or counted:
        measures = (*texts, *counted)
        frame = tested.frame.agg(*map(F.expr, (*texts.values(), *counted.values())))
        yield Step("aggregation", measures, (), jobs_of(frame))


def _groupings(
    measures: Sequence[Measure], frame: DataFrame, refused: dict[Measure, RuleFailedError]
) -> Iterator[Step]:
    """One for each set of keys."""
    by_keys: dict[tuple[str, ...], list[GroupAggregate]] = {}
    for m in measures:
        if isinstance(m, GroupAggregate):
            by_keys.setdefault(m.keys, []).append(m)
    for keys, over in by_keys.items():
        filters = [sql.filtered("count(1)", m.where) for m in over]
        try:
            groups = frame.groupBy(*map(F.expr, keys)).agg(
                *(F.expr(text).alias(f"n{i}") for i, text in enumerate(filters))
            )
        except AnalysisException as problem:
            refused.update(dict.fromkeys(over, spark_problem(problem)))
            continue
        totals = groups.agg(*(F.sum(f"n{i}") for i in range(len(filters))))
        yield Step("keys", tuple(over), keys, jobs_of(totals))


def _queries(
    measures: Sequence[Measure],
    query: Callable[[str], DataFrame],
    refused: dict[Measure, RuleFailedError],
) -> Iterator[Step]:
    for m in measures:
        if isinstance(m, ScalarQuery):
            try:
                result = query(m.sql)
            except AnalysisException as problem:
                refused[m] = spark_problem(problem)
            else:
                yield Step("query", (m,), (), jobs_of(result.limit(2)))


def jobs_of(frame: DataFrame) -> Jobs:
    """The jobs that Spark runs to collect the frame, by its physical plan."""
    before = _before_result(frame)
    return replace(before, sure=before.sure + 1)


def _before_result(frame: DataFrame) -> Jobs:
    """Each broadcast is a job of its own, and under adaptive execution each shuffle is one too."""
    plan = frame._jdf.queryExecution().executedPlan()
    adaptive = _name(plan) == "AdaptiveSparkPlanExec"
    # Two exchanges that are the same run once.
    nodes = {(_name(node), node.canonicalized().hashCode()) for node in _nodes(plan)}
    names = [name for name, _ in nodes]
    broadcasts, shuffles = names.count("BroadcastExchangeExec"), names.count("ShuffleExchangeExec")
    if not adaptive:
        return Jobs(broadcasts)
    return Jobs(broadcasts + shuffles, names.count("SortMergeJoinExec"))


def _nodes(plan: Any) -> Iterator[Any]:
    """The nodes that make jobs: exchanges, and joins that may become broadcasts."""
    if _name(plan) == "AdaptiveSparkPlanExec":
        plan = plan.initialPlan()
    if _name(plan).endswith(("ExchangeExec", "JoinExec")):
        yield plan
    for inner in (*_listed(plan.children()), *_listed(plan.subqueries())):
        yield from _nodes(inner)


def _name(plan: Any) -> str:
    return str(plan.getClass().getSimpleName())


def _listed(sequence: Any) -> Iterator[Any]:
    for i in range(sequence.size()):
        yield sequence.apply(i)
