"""After judging: the metrics as history keeps them, what analyzers found, and observations."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from dqdl.anomalies import LOOKED_AT, Observation, expect
from dqdl.dynamic import history_key, plain
from dqdl.history import HistoryRecord, MetricHistory
from dqdl.judging import shown
from dqdl.model import Condition, ConditionKind, Operator, Rule
from dqdl.operands import Number
from dqdl.plan import Measured
from dqdl.planner import PlannedAnalyzer, Statistic, plan_verdict
from dqdl.results import AnalyzerOutcome
from dqdl.rules import rule_types
from dqdl.ruletype import own_metric


@dataclass(frozen=True)
class Metric:
    """`rule` is one of those that report it."""

    name: str
    value: float
    rule: Rule


def gathered(statistics: Sequence[Statistic], measured: Measured) -> dict[str, Metric]:
    """Every finite metric of simple rules and analyzers, by the name history keeps it under."""
    found: dict[str, Metric] = {}
    for statistic in statistics:
        rule_type = rule_types()[statistic.rule.type_name]
        for name, value in plan_verdict(statistic.plan, measured).metrics.items():
            if math.isfinite(value):
                key = history_key(statistic.rule, rule_type, name)
                found.setdefault(key, Metric(name, value, statistic.rule))
    return found


def recorded(context: str, metrics: Mapping[str, Metric]) -> HistoryRecord:
    values = {key: metric.value for key, metric in metrics.items()}
    return HistoryRecord(context, datetime.now(UTC), values)


def analyzer_outcome(analyzer: PlannedAnalyzer, measured: Measured) -> AnalyzerOutcome:
    verdict = plan_verdict(analyzer.plan, measured)
    measured_any = verdict.metrics or verdict.distributions
    reason = None if measured_any else "\n".join(verdict.reasons) or None
    return AnalyzerOutcome(analyzer.text, verdict.metrics, reason, verdict.distributions)


def observed(metrics: Mapping[str, Metric], history: MetricHistory) -> list[Observation]:
    """The metrics outside of their limits, which `dqdl.anomalies` draws from history."""
    found = []
    for key, metric in metrics.items():
        expectation = expect(history.values(key, LOOKED_AT))
        if expectation is None or expectation.holds(metric.value):
            continue
        found.append(
            Observation(
                f"{key} is {shown(metric.value)}; expected was {expectation}.",
                metric.name,
                metric.value,
                expectation.expected,
                expectation.lower,
                expectation.upper,
                _new_rules(metric, expectation.lower, expectation.upper),
            )
        )
    return found


def _new_rules(metric: Metric, lower: float, upper: float) -> tuple[str, ...]:
    """A rule that would have failed on the metric, where the type compares its own metric."""
    within = Condition(
        Operator.BETWEEN,
        tuple(Number(plain(limit)) for limit in (lower, upper)),
        frozenset({ConditionKind.NUMBER}),
    )
    rule_type = rule_types()[metric.rule.type_name]
    if rule_type.history_metric is not own_metric or own_metric(metric.rule, within) != metric.name:
        return ()
    rule = replace(metric.rule, condition=within, threshold=None, tags=(), labels={})
    return (str(rule),)
