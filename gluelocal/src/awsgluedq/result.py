"""An evaluation as the DataQualityResult of the Glue API (glue-2017-03-31).

For an evaluation in a job, RulesetName is the evaluation context, as on AWS.
"""

import math
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dqdl.anomalies import Observation
from dqdl.results import AnalyzerOutcome, Evaluation, RuleOutcome
from dqdl.rowoutcomes import RowCounts, RowTotals


@dataclass(frozen=True)
class Result:
    """One evaluation that has ended; `totals` is there when aggregated metrics were asked for."""

    result_id: str
    context: str
    started: datetime
    completed: datetime
    evaluation: Evaluation
    totals: RowTotals | None

    @property
    def passed(self) -> int:
        return sum(outcome.passed for outcome in self.evaluation.outcomes)

    @property
    def failed(self) -> int:
        return len(self.evaluation.outcomes) - self.passed

    @property
    def score(self) -> float:
        """Passed rules by all rules, unrounded; 1.0 for a ruleset of analyzers alone."""
        rules = len(self.evaluation.outcomes)
        return self.passed / rules if rules else 1.0


def new_result_id() -> str:
    """`dqresult-` and 40 hexadecimal digits, as Glue's."""
    return f"dqresult-{secrets.token_hex(20)}"


def as_api(result: Result) -> dict[str, Any]:
    """The structure as JSON values; moments are seconds since 1970, as in the API's JSON."""
    evaluation, totals = result.evaluation, result.totals
    counts: Sequence[RowCounts | None] = (
        totals.rules if totals else [None] * len(evaluation.outcomes)
    )
    described: dict[str, Any] = {
        "ResultId": result.result_id,
        "Score": result.score,
        "RulesetName": result.context,
        "EvaluationContext": result.context,
        "StartedOn": result.started.timestamp(),
        "CompletedOn": result.completed.timestamp(),
        "RuleResults": [
            _rule(f"Rule_{number}", outcome, count)
            for number, (outcome, count) in enumerate(
                zip(evaluation.outcomes, counts, strict=True), start=1
            )
        ],
    }
    if evaluation.analyzers:
        described["AnalyzerResults"] = [
            _analyzer(f"Analyzer_{number}", outcome)
            for number, outcome in enumerate(evaluation.analyzers, start=1)
        ]
    if evaluation.observations:
        described["Observations"] = [_observation(one) for one in evaluation.observations]
    if totals is not None:
        described["AggregatedMetrics"] = {
            "TotalRowsProcessed": totals.passed + totals.failed,
            "TotalRowsPassed": totals.passed,
            "TotalRowsFailed": totals.failed,
            "TotalRulesProcessed": len(evaluation.outcomes),
            "TotalRulesPassed": result.passed,
            "TotalRulesFailed": result.failed,
        }
    return described


def _rule(name: str, outcome: RuleOutcome, counts: RowCounts | None) -> dict[str, Any]:
    described: dict[str, Any] = {
        "Name": name,
        "Description": outcome.rule,
        "Result": "PASS" if outcome.passed else "FAIL",
        "EvaluatedMetrics": numbers(outcome.evaluated_metrics),
    }
    if outcome.failure_reason is not None:
        described["EvaluationMessage"] = outcome.failure_reason
    if outcome.evaluated_rule is not None:
        described["EvaluatedRule"] = outcome.evaluated_rule
    if outcome.labels:
        described["Labels"] = dict(outcome.labels)
    if counts is not None:
        described["RuleMetrics"] = {
            "RowsPassed": counts.passed,
            "RowsFailed": counts.failed,
            "RowsSkipped": counts.skipped,
            "TotalRowsProcessed": counts.total,
        }
    return described


def _analyzer(name: str, outcome: AnalyzerOutcome) -> dict[str, Any]:
    described: dict[str, Any] = {
        "Name": name,
        "Description": outcome.analyzer,
        "EvaluatedMetrics": numbers(outcome.evaluated_metrics),
    }
    if outcome.evaluated_distributions:
        described["EvaluatedDistributions"] = {
            name: {
                "BinEdges": list(found.edges),
                "Count": list(found.counts),
                "DataType": found.data_type,
            }
            for name, found in outcome.evaluated_distributions.items()
        }
    if outcome.failure_reason is not None:
        described["EvaluationMessage"] = outcome.failure_reason
    return described


def _observation(observation: Observation) -> dict[str, Any]:
    values = {
        "ActualValue": observation.actual,
        "ExpectedValue": observation.expected,
        "LowerLimit": observation.lower,
        "UpperLimit": observation.upper,
    }
    return {
        "Description": observation.description,
        "MetricBasedObservation": {
            "MetricName": observation.metric_name,
            "MetricValues": numbers(values),
            "NewRules": list(observation.new_rules),
        },
    }


def numbers(metrics: Mapping[str, float]) -> dict[str, float | str]:
    """JSON has no NaN and no infinity; AWS's protocol (awsJson1_1) writes them as text."""
    return {name: _number(value) for name, value in metrics.items()}


def _number(value: float) -> float | str:
    if math.isfinite(value):
        return value
    if math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"
