"""A ruleset planned on a frame, with nothing computed: where evaluate and explain meet."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from pyspark.sql import DataFrame

from dqdl.history import HistoryStore, MetricHistory, open_history
from dqdl.model import Ruleset
from dqdl.options import EvaluationOptions
from dqdl.plan import Measure
from dqdl.planner import Plan, Planner
from dqdl.queries import Queries
from dqdl.scope import Scope
from dqdl.spark import FilterCheck, JavaRegex, setting
from dqdl.staging import is_kept
from dqdl.steps import scans

# Staging all columns costs as much as reading a few of them twice.
_SCANS_UNSTAGED = 2


@dataclass(frozen=True)
class Prepared:
    """`queries` run over `frame`; `store` keeps what `history` reads."""

    frame: DataFrame
    options: EvaluationOptions
    queries: Queries
    planner: Planner
    plan: Plan
    store: HistoryStore
    history: MetricHistory

    def stages(self, measures: tuple[Measure, ...]) -> bool:
        """Whether the rows are kept between the jobs that read them."""
        if self.options.keep != "STAGED" or is_kept(self.frame):
            return False
        return self.options.row_outcomes or scans(measures) > _SCANS_UNSTAGED


def prepared(
    frame: DataFrame,
    ruleset: Ruleset,
    options: EvaluationOptions,
    sources: Mapping[str, DataFrame],
) -> Prepared:
    """No Spark job runs. HistoryError when a dynamic rule's history cannot be read."""
    store = open_history() if options.history is None else options.history
    history = MetricHistory(store, options.context)
    spark = frame.sparkSession
    scope = Scope(
        columns=frame.dtypes,
        now=(options.now or datetime.now(UTC)).astimezone(UTC),
        find=JavaRegex(spark).find,
        case_sensitive=setting(spark, "spark.sql.caseSensitive"),
        ansi=setting(spark, "spark.sql.ansi.enabled"),
        sources={alias: source.dtypes for alias, source in sources.items()},
        history=history.values,
    )
    queries = Queries(frame, sources)
    planner = Planner(scope, options, FilterCheck(frame), queries.check)
    return Prepared(frame, options, queries, planner, planner.plan(ruleset), store, history)
