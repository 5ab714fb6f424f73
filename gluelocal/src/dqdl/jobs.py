"""The queries that an evaluation asks of Spark, and how many jobs Spark makes of each.

Nothing runs here: the jobs are counted in the physical plans.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from pyspark.sql import DataFrame

from dqdl.computing import laid_out
from dqdl.errors import RuleFailedError
from dqdl.plan import Measure, Probe
from dqdl.planner import Plan
from dqdl.preparation import Prepared


@dataclass(frozen=True)
class Jobs:
    """How many jobs there will be, and how many more Spark may add while it runs.

    Adaptive execution turns a join into a broadcast, which is a job, when a side is found small.
    """

    sure: int = 0
    possible: int = 0


@dataclass(frozen=True)
class Planned:
    """One query and its jobs. Of a probe nobody but itself knows what it does: it has none."""

    kind: Literal["staging", "aggregation", "outcomes", "keys", "query", "probe"]
    measures: tuple[Measure, ...] = ()
    keys: tuple[str, ...] = ()
    jobs: Jobs = Jobs()


@dataclass(frozen=True)
class Schedule:
    """`refused`: what Spark says of the measures that it takes no part of."""

    plan: Plan
    queries: tuple[Planned, ...]
    refused: Mapping[Measure, RuleFailedError]


def scheduled(prepared: Prepared) -> Schedule:
    """The queries in the order in which an evaluation asks them."""
    queries: list[Planned] = []

    def stage(frame: DataFrame) -> DataFrame:
        queries.append(Planned("staging", jobs=_before_result(frame)))
        return _stand_in(frame)

    layout = laid_out(prepared, prepared.plan, stage)
    for step in layout.steps.asked:
        queries.append(Planned(step.kind, step.measures, step.keys, jobs_of(step.answer)))
    plan = layout.tested.plan
    queries += [Planned("probe", (m,)) for m in plan.measures if isinstance(m, Probe)]
    return Schedule(plan, tuple(queries), layout.steps.refused)


def _stand_in(frame: DataFrame) -> DataFrame:
    """A frame without rows that Spark plans like the staged one."""
    spark = frame.sparkSession
    assert spark._jvm is not None
    empty = spark._jsc.sc().emptyRDD(
        spark._jvm.scala.reflect.ClassTag.apply(
            spark._jvm.java.lang.Class.forName("org.apache.spark.sql.catalyst.InternalRow")
        )
    )
    # With the statistics of the frame, as a checkpoint has them: they decide on broadcasts.
    companion = getattr(spark._jvm.org.apache.spark.sql.execution, "LogicalRDD$")
    plan = getattr(companion, "MODULE$").fromDataset(empty, frame._jdf, False)
    kept = spark._jvm.org.apache.spark.sql.Dataset.ofRows(spark._jsparkSession, plan)
    return DataFrame(kept, spark)


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
