"""Evaluates a ruleset on a frame: parse, plan, measure, judge; the rows' outcomes stay lazy.

PySpark is imported when `evaluate` is called, so that the language can be used without it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dqdl.model import Ruleset
from dqdl.options import EvaluationOptions
from dqdl.parser import parse
from dqdl.scope import Scope

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
    anything.
    """
    parsed = parse(ruleset) if isinstance(ruleset, str) else ruleset

    from dqdl.measuring import measure
    from dqdl.planner import Plan, Planner, plan_verdict
    from dqdl.queries import Queries
    from dqdl.results import Evaluation, RuleOutcome
    from dqdl.rowoutcomes import RowOutcomes, sound_rules
    from dqdl.spark import JavaRegex, check_filter, setting

    if options.cache_input:
        frame = frame.cache()
    spark = frame.sparkSession
    scope = Scope(
        columns=frame.dtypes,
        now=(options.now or datetime.now(UTC)).astimezone(UTC),
        find=JavaRegex(spark).find,
        case_sensitive=setting(spark, "spark.sql.caseSensitive"),
        ansi=setting(spark, "spark.sql.ansi.enabled"),
        sources={alias: source.dtypes for alias, source in (sources or {}).items()},
    )
    queries = Queries(frame, sources or {})
    planner = Planner(scope, options, lambda where: check_filter(frame, where), queries.check)
    plan = planner.plan(parsed)
    flagged = queries.flagged(plan.queries)
    plan = Plan(sound_rules(flagged, plan.rules))
    measured = measure(plan.measures, frame, flagged, queries.run)
    outcomes = []
    for rule in plan.rules:
        verdict = plan_verdict(rule.plan, measured)
        outcomes.append(
            RuleOutcome(
                rule=rule.text,
                outcome="Passed" if verdict.passed else "Failed",
                failure_reason="\n".join(verdict.reasons) or None,
                evaluated_metrics=verdict.metrics,
                labels=parsed.labels_of(rule.rule),
            )
        )
    return Evaluation(outcomes, frame, RowOutcomes(flagged, plan.rules))
