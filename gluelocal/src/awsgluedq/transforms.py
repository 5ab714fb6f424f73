"""EvaluateDataQuality, the transform of AWS Glue jobs, over dqdl.

Names and keys: AWS Glue Developer Guide, "EvaluateDataQuality class" and "Evaluating data quality
for ETL jobs in AWS Glue Studio"; `additional_data_sources` and DATA_QUALITY_RULE_OUTCOMES_KEY as in
the scripts that AWS Glue Studio generates. Of a DynamicFrame only public names are used, so AWS's
own frames are taken too.
"""

import logging
import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, ClassVar

from pyspark.sql import DataFrame

from awsglue.dynamicframe import DynamicFrame, DynamicFrameCollection
from awsgluedq import options, resultfiles
from awsgluedq.account import HISTORY_VARIABLE, JobRun
from awsgluedq.aggregated import aggregated_metrics
from awsgluedq.errors import ArgumentTypeError, PublishingError
from awsgluedq.result import Result, as_api, new_result_id
from dqdl import evaluate, parse
from dqdl.history import open_history

logger = logging.getLogger(__name__)

RULE_OUTCOMES = "ruleOutcomes"
ROW_LEVEL_OUTCOMES = "rowLevelOutcomes"
ORIGINAL_DATA = "originalData"
AGGREGATED_METRICS = "aggregatedMetrics"

_NOTHING: Mapping[str, Any] = {}


class EvaluateDataQuality:
    """Evaluates a DQDL ruleset on a DynamicFrame.

    publishing_options and additional_options as in AWS Glue; an unknown name or value raises
    dqdl.errors.OptionError, one that is not implemented awsgluedq.errors.UnsupportedOptionError.
    additional_data_sources are further DynamicFrames by alias. A ruleset that is not valid DQDL
    raises dqdl.errors.DqdlSyntaxError, an argument of the wrong kind ArgumentTypeError. All of
    that is found before Spark does anything.

    In a job run of a local account the results are published there; PublishingError when that
    fails, or a warning in the log with `dataQualityResultsPublishing.strategy` = BEST_EFFORT.
    """

    DATA_QUALITY_RULE_OUTCOMES_KEY: ClassVar[str] = RULE_OUTCOMES

    @classmethod
    def apply(
        cls,
        frame: DynamicFrame,
        ruleset: str,
        publishing_options: Mapping[str, object] = _NOTHING,
        additional_options: Mapping[str, object] = _NOTHING,
        additional_data_sources: Mapping[str, DynamicFrame] = _NOTHING,
    ) -> DynamicFrame:
        """One row a rule: Rule, Outcome, FailureReason, EvaluatedMetrics, EvaluatedRule.

        With publishAggregatedMetrics.status = ENABLED, PassedCount, FailedCount, SkippedCount and
        TotalCount follow: the rows that passed, failed and skipped the rule.
        """
        return cls()(
            frame, ruleset, publishing_options, additional_options, additional_data_sources
        )

    def __call__(
        self,
        frame: DynamicFrame,
        ruleset: str,
        publishing_options: Mapping[str, object] = _NOTHING,
        additional_options: Mapping[str, object] = _NOTHING,
        additional_data_sources: Mapping[str, DynamicFrame] = _NOTHING,
    ) -> DynamicFrame:
        """As `apply`."""
        result = _evaluate(
            frame,
            ruleset,
            publishing_options,
            additional_options,
            additional_data_sources,
            row_outcomes=False,
        )
        return DynamicFrame.fromDF(_rule_outcomes(result), frame.glue_ctx, RULE_OUTCOMES)

    def process_rows(
        self,
        frame: DynamicFrame,
        ruleset: str,
        publishing_options: Mapping[str, object] = _NOTHING,
        additional_options: Mapping[str, object] = _NOTHING,
        additional_data_sources: Mapping[str, DynamicFrame] = _NOTHING,
    ) -> DynamicFrameCollection:
        """ruleOutcomes as `apply` gives them, rowLevelOutcomes (the input's rows and columns, then
        DataQualityRulesPass, ...Fail, ...Skip and DataQualityEvaluationResult), originalData, and
        with publishAggregatedMetrics.status = ENABLED aggregatedMetrics (one row of totals)."""
        result = _evaluate(
            frame,
            ruleset,
            publishing_options,
            additional_options,
            additional_data_sources,
            row_outcomes=True,
        )
        evaluation = result.evaluation
        frames = {
            RULE_OUTCOMES: _rule_outcomes(result),
            ROW_LEVEL_OUTCOMES: evaluation.row_outcomes_frame(),
        }
        if result.totals is not None:
            spark = evaluation.original.sparkSession
            frames[AGGREGATED_METRICS] = aggregated_metrics(spark, result, result.totals)
        glue = frame.glue_ctx
        collected = {name: DynamicFrame.fromDF(df, glue, name) for name, df in frames.items()}
        return DynamicFrameCollection({**collected, ORIGINAL_DATA: frame}, glue)


def _rule_outcomes(result: Result) -> DataFrame:
    counts = None if result.totals is None else result.totals.rules
    return result.evaluation.rule_outcomes_frame(counts)


def _evaluate(
    frame: object,
    ruleset: object,
    publishing_options: object,
    additional_options: object,
    additional_data_sources: object,
    row_outcomes: bool,
) -> Result:
    primary = _dynamic_frame(frame, "frame")
    sources = _sources(additional_data_sources)
    publishing = options.publishing(publishing_options)
    additional = options.additional(additional_options)
    if not isinstance(ruleset, str):
        raise ArgumentTypeError(
            f"ruleset is a {type(ruleset).__name__}; it takes the text of a DQDL ruleset"
        )
    parsed = parse(ruleset)
    run = JobRun.current()

    started = datetime.now(UTC)
    data = primary.toDF()
    chosen = replace(
        additional.evaluation,
        row_outcomes=row_outcomes or additional.aggregated_metrics,
        context=publishing.context,
        history=open_history(os.environ.get(HISTORY_VARIABLE), data.sparkSession),
    )
    references = {alias: source.toDF() for alias, source in sources.items()}
    evaluation = evaluate(data, parsed, chosen, references)
    totals = evaluation.rows.totals() if additional.aggregated_metrics else None
    result = Result(
        new_result_id(), publishing.context, started, datetime.now(UTC), evaluation, totals
    )

    if publishing.results_prefix:
        resultfiles.write(data.sparkSession, publishing.results_prefix, result, run)
    _publish(result, publishing, additional.best_effort, run)
    return result


def _publish(
    result: Result, publishing: options.Publishing, best_effort: bool, run: JobRun | None
) -> None:
    if run is None:
        if publishing.cloudwatch_metrics:
            logger.warning(
                "%s: no CloudWatch metrics and no event: this is not a job run of a local account",
                publishing.context,
            )
        return
    if not publishing.results and not publishing.cloudwatch_metrics:
        return
    try:
        run.publish(as_api(result), publishing.results, publishing.cloudwatch_metrics)
    except PublishingError as problem:
        if not best_effort:
            raise
        logger.warning("%s: %s", publishing.context, problem)


def _dynamic_frame(frame: object, where: str) -> DynamicFrame:
    if isinstance(frame, DynamicFrame):
        return frame
    hint = (
        "; wrap it: DynamicFrame.fromDF(frame, glueContext, name)"
        if isinstance(frame, DataFrame)
        else ""
    )
    raise ArgumentTypeError(
        f"{where} is a {type(frame).__module__}.{type(frame).__qualname__}; it takes a "
        f"DynamicFrame{hint}"
    )


def _sources(sources: object) -> dict[str, DynamicFrame]:
    if not isinstance(sources, Mapping):
        raise ArgumentTypeError(
            f"additional_data_sources is a {type(sources).__name__}; it takes a dictionary of "
            "DynamicFrames by alias"
        )
    return {
        str(alias): _dynamic_frame(source, f"additional_data_sources[{alias!r}]")
        for alias, source in sources.items()
    }
