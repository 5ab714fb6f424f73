"""What an evaluation answers, as values and as the frames that AWS Glue returns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pyspark.sql import DataFrame
from pyspark.sql.types import DoubleType, LongType, MapType, StringType, StructType

from dqdl.anomalies import Observation
from dqdl.distributions import Distribution
from dqdl.localrows import local_frame
from dqdl.rowoutcomes import RowCounts, RowOutcomes


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
class AnalyzerOutcome:
    """What one analyzer measured; `failure_reason` says why when that is nothing."""

    analyzer: str
    evaluated_metrics: Mapping[str, float] = field(default_factory=dict)
    failure_reason: str | None = None
    evaluated_distributions: Mapping[str, Distribution] = field(default_factory=dict)


@dataclass(frozen=True)
class Evaluation:
    """The outcomes in ruleset order, and each row's outcomes, not computed yet.

    `observations` are made on request only (EvaluationOptions.observations).
    """

    outcomes: list[RuleOutcome]
    original: DataFrame
    rows: RowOutcomes
    analyzers: list[AnalyzerOutcome] = field(default_factory=list)
    observations: list[Observation] = field(default_factory=list)

    def rule_outcomes_frame(self, counts: Sequence[RowCounts] | None = None) -> DataFrame:
        """Rule, Outcome, FailureReason, EvaluatedMetrics, EvaluatedRule; one row a rule.

        A column Labels follows when the ruleset uses labels, and PassedCount, FailedCount,
        SkippedCount and TotalCount (bigint) with `counts`, which are the rules' rows in their
        order (RowTotals.rules).
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
        if counts is not None:
            for name in ("PassedCount", "FailedCount", "SkippedCount", "TotalCount"):
                schema = schema.add(name, LongType())
        shown: list[tuple[int, ...]] = [()] * len(self.outcomes)
        if counts is not None:
            shown = [(one.passed, one.failed, one.skipped, one.total) for one in counts]
        rows = [
            (
                outcome.rule,
                outcome.outcome,
                outcome.failure_reason,
                dict(outcome.evaluated_metrics),
                outcome.evaluated_rule,
                *([dict(outcome.labels)] if labelled else []),
                *numbers,
            )
            for outcome, numbers in zip(self.outcomes, shown, strict=True)
        ]
        return local_frame(self.original.sparkSession, rows, schema)

    def row_outcomes_frame(self) -> DataFrame:
        """The input's columns, then DataQualityRulesPass, ...Fail, ...Skip (arrays of rule texts)
        and DataQualityEvaluationResult (Failed when the Fail array is not empty)."""
        return self.rows.frame()
