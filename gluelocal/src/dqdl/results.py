"""What an evaluation answers, as values and as the frames that AWS Glue returns."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pyspark.sql import DataFrame
from pyspark.sql.types import DoubleType, MapType, StringType, StructType

from dqdl.rowoutcomes import RowOutcomes


@dataclass(frozen=True)
class RuleOutcome:
    """One rule's outcome. `evaluated_rule` is set for dynamic rules only."""

    rule: str
    outcome: Literal["Passed", "Failed"]
    failure_reason: str | None = None
    evaluated_metrics: Mapping[str, float] = field(default_factory=dict)
    evaluated_rule: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        return self.outcome == "Passed"


@dataclass(frozen=True)
class Evaluation:
    """The outcomes in ruleset order, and each row's outcomes, not computed yet."""

    outcomes: list[RuleOutcome]
    original: DataFrame
    rows: RowOutcomes

    def rule_outcomes_frame(self) -> DataFrame:
        """Rule, Outcome, FailureReason, EvaluatedMetrics, EvaluatedRule; one row a rule.

        A column Labels follows when the ruleset uses labels.
        """
        schema = (
            StructType()
            .add("Rule", StringType())
            .add("Outcome", StringType())
            .add("FailureReason", StringType())
            .add("EvaluatedMetrics", MapType(StringType(), DoubleType(), valueContainsNull=False))
            .add("EvaluatedRule", StringType())
        )
        labelled = any(outcome.labels for outcome in self.outcomes)
        if labelled:
            schema = schema.add("Labels", MapType(StringType(), StringType()))
        rows = [
            (
                outcome.rule,
                outcome.outcome,
                outcome.failure_reason,
                dict(outcome.evaluated_metrics),
                outcome.evaluated_rule,
                *([dict(outcome.labels)] if labelled else []),
            )
            for outcome in self.outcomes
        ]
        return self.original.sparkSession.createDataFrame(rows, schema).coalesce(1)

    def row_outcomes_frame(self) -> DataFrame:
        """The input's columns, then DataQualityRulesPass, ...Fail, ...Skip (arrays of rule texts)
        and DataQualityEvaluationResult (Failed when the Fail array is not empty)."""
        return self.rows.frame()
