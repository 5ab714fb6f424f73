"""Evaluates a ruleset on a frame: parse, plan, measure, judge; the rows' outcomes stay lazy.

PySpark is imported when `evaluate` is called, so that the language can be used without it.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dqdl.model import Ruleset
from dqdl.options import EvaluationOptions
from dqdl.parser import parse

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from dqdl.results import Evaluation

_DEFAULTS = EvaluationOptions()


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

    from dqdl.computing import computed
    from dqdl.observing import analyzer_outcome, gathered, observed, recorded
    from dqdl.planner import plan_verdict
    from dqdl.preparation import prepared
    from dqdl.results import Evaluation, RuleOutcome
    from dqdl.rowoutcomes import RowOutcomes

    if options.keep == "CACHED":
        frame = frame.cache()
    ready = prepared(frame, parsed, options, sources or {})
    done = computed(ready)
    plan, measured = done.tested.plan, done.measured
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
    observations = observed(metrics, ready.history) if options.observations else []
    ready.store.record(recorded(options.context, metrics))
    rows = RowOutcomes(done.tested.frame, done.tested.masks, plan.rules, done.combinations)
    return Evaluation(outcomes, frame, rows, analyzers, observations)
