"""EvaluateDataQuality, the transform of AWS Glue jobs, over dqdl.

Names and keys: AWS Glue Developer Guide, "Evaluating data quality for ETL jobs in AWS Glue".
"""

from collections.abc import Mapping

from awsglue.dynamicframe import DynamicFrame, DynamicFrameCollection
from awsgluedq.options import check_publishing, evaluation_options
from dqdl import evaluate, parse
from dqdl.results import Evaluation

RULE_OUTCOMES = "ruleOutcomes"
ROW_LEVEL_OUTCOMES = "rowLevelOutcomes"
ORIGINAL_DATA = "originalData"

_NO_OPTIONS: Mapping[str, object] = {}


class EvaluateDataQuality:
    """Evaluates a DQDL ruleset on a DynamicFrame.

    publishing_options and additional_options as in AWS Glue; an unknown name or value raises
    dqdl.errors.OptionError, one that is not implemented awsgluedq.errors.UnsupportedOptionError. A
    ruleset that is not valid DQDL raises dqdl.errors.DqdlSyntaxError.
    """

    @classmethod
    def apply(
        cls,
        frame: DynamicFrame,
        ruleset: str,
        publishing_options: Mapping[str, object] = _NO_OPTIONS,
        additional_options: Mapping[str, object] = _NO_OPTIONS,
    ) -> DynamicFrame:
        """One row a rule: Rule, Outcome, FailureReason, EvaluatedMetrics, EvaluatedRule."""
        return cls()(frame, ruleset, publishing_options, additional_options)

    def __call__(
        self,
        frame: DynamicFrame,
        ruleset: str,
        publishing_options: Mapping[str, object] = _NO_OPTIONS,
        additional_options: Mapping[str, object] = _NO_OPTIONS,
    ) -> DynamicFrame:
        """As `apply`."""
        evaluation = _evaluate(frame, ruleset, publishing_options, additional_options)
        return DynamicFrame.fromDF(evaluation.rule_outcomes_frame(), frame.glue_ctx, RULE_OUTCOMES)

    def process_rows(
        self,
        frame: DynamicFrame,
        ruleset: str,
        publishing_options: Mapping[str, object] = _NO_OPTIONS,
        additional_options: Mapping[str, object] = _NO_OPTIONS,
    ) -> DynamicFrameCollection:
        """ruleOutcomes as `apply` gives them, rowLevelOutcomes (the input's rows and columns, then
        DataQualityRulesPass, ...Fail, ...Skip and DataQualityEvaluationResult), originalData."""
        evaluation = _evaluate(frame, ruleset, publishing_options, additional_options)
        frames = {
            RULE_OUTCOMES: evaluation.rule_outcomes_frame(),
            ROW_LEVEL_OUTCOMES: evaluation.row_outcomes_frame(),
        }
        glue = frame.glue_ctx
        collected = {name: DynamicFrame.fromDF(df, glue, name) for name, df in frames.items()}
        return DynamicFrameCollection({**collected, ORIGINAL_DATA: frame}, glue)


def _evaluate(
    frame: DynamicFrame,
    ruleset: str,
    publishing_options: Mapping[str, object],
    additional_options: Mapping[str, object],
) -> Evaluation:
    check_publishing(publishing_options)
    options = evaluation_options(additional_options)
    parsed = parse(ruleset)
    return evaluate(frame.toDF(), parsed, options)
