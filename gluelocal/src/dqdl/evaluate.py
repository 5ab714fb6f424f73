"""Evaluates a ruleset on a frame: parse, plan, measure, judge; the rows' outcomes stay lazy.

PySpark is imported when `evaluate` is called, so that the language can be used without it.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dqdl.history import MetricHistory, open_history
from dqdl.model import Ruleset
from dqdl.options import EvaluationOptions
from dqdl.parser import parse
from dqdl.scope import Scope

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from dqdl.results import Evaluation

_DEFAULTS = EvaluationOptions()
# Staging all columns costs as much as reading a few of them twice.
_SCANS_UNSTAGED = 2


def evaluate(
    frame: "DataFrame",
    ruleset: Ruleset | str,
    options: EvaluationOptions = _DEFAULTS,
    sources: "Mapping[str, DataFrame] | None" = None,
) -> "Evaluation":
    """The outcome of each rule and of each row.

    Spark runs one job for all simple aggregates, one for each set of key columns and one for each
    number-valued CustomSql. A rule that cannot be evaluated on this frame (unknown column, wrong
    type, unknown to this package) is Failed with a reason; it spoils no other. `sources` are
    further frames by alias. DqdlSyntaxError for text that is not valid DQDL, before Spark does
    anything. The metrics are added to the history at the end; HistoryError when that, or reading
    it, fails.
    """
    parsed = parse(ruleset) if isinstance(ruleset, str) else ruleset
    store = open_history() if options.history is None else options.history
    history = MetricHistory(store, options.context)

    from dqdl.masking import masked
    from dqdl.measuring import measure, scans
    from dqdl.observing import analyzer_outcome, gathered, observed, recorded
    from dqdl.planner import Planner, plan_verdict
    from dqdl.queries import Queries
    from dqdl.results import Evaluation, RuleOutcome
    from dqdl.rowoutcomes import RowOutcomes
    from dqdl.spark import FilterCheck, JavaRegex, setting
    from dqdl.staging import is_kept, staged

    if options.keep == "CACHED":
        frame = frame.cache()
    spark = frame.sparkSession
    scope = Scope(
        columns=frame.dtypes,
        now=(options.now or datetime.now(UTC)).astimezone(UTC),
        find=JavaRegex(spark).find,
        case_sensitive=setting(spark, "spark.sql.caseSensitive"),
        ansi=setting(spark, "spark.sql.ansi.enabled"),
        sources={alias: source.dtypes for alias, source in (sources or {}).items()},
        history=history.values,
    )
    queries = Queries(frame, sources or {})
    planner = Planner(scope, options, FilterCheck(frame), queries.check)
    plan = planner.plan(parsed)
    stages = options.keep == "STAGED" and not is_kept(frame)
    stages = stages and (options.row_outcomes or scans(plan.measures) > _SCANS_UNSTAGED)
    if stages and plan.queries:
        queries = queries.over(staged(frame))
    flagged = queries.flagged(plan.queries)
    tested = masked(plan, flagged, every_rule=stages)
    if stages:
        tested = replace(tested, frame=staged(tested.frame))
    measured = measure(tested, frame, queries.run)
    plan = tested.plan
    outcomes = []
    for rule in plan.rules:
        verdict = plan_verdict(rule.plan, measured)
        outcomes.append(
            RuleOutcome(
                rule=rule.text,
                outcome="Passed" if verdict.passed else "Failed",
                failure_reason="\n".join(verdict.reasons) or None,
                evaluated_metrics=verdict.metrics,
                evaluated_rule=rule.evaluated,
                labels=parsed.labels_of(rule.rule),
            )
        )
    analyzers = [analyzer_outcome(analyzer, measured) for analyzer in plan.analyzers]
    metrics = gathered(plan.statistics, measured)
    observations = observed(metrics, history) if options.observations else []
    store.record(recorded(options.context, metrics))
    with_rows = tested if stages else masked(plan, flagged, every_rule=True)
    rows = RowOutcomes(with_rows.frame, with_rows.masks, with_rows.plan.rules)
    return Evaluation(outcomes, frame, rows, analyzers, observations)
