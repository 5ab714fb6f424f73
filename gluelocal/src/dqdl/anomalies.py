"""What a metric's history lets expect of the next result, and what falls outside of it.

AWS Glue's own model is not public. This one is small enough to check by hand:

- Nothing is expected before three earlier results (AWS Glue Developer Guide, "Anomaly detection in
  AWS Glue Data Quality"; that the present result is not one of the three is unverified). The newest
  100 are looked at, in their order; times of day and seasons are not.
- A trend is followed when there are at least five results and they go one way: Kendall's tau of 0.8
  or more, either sign. Its slope is the median of the slopes between each two results (Theil, Sen).
- Expected is the median of the results, or the trend's next value.
- The spread is the greatest of: 1.4826 times the median distance from that line, 1.2533 times the
  mean distance (both estimate a standard deviation), and 1 % of the expected value.
- The limits are four spreads away, more with few results: times the root of 1 + 1/n.

An anomaly counts as a result like any other from then on, as in AWS Glue.
"""

import itertools
import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

LEAST_RESULTS = 3
LOOKED_AT = 100
_LEAST_FOR_TREND = 5
_TREND_TAU = 0.8
_SPREADS = 4
_OF_MEDIAN_DISTANCE = 1.4826
_OF_MEAN_DISTANCE = 1.2533
_OF_EXPECTED = 0.01


@dataclass(frozen=True)
class Expectation:
    """MetricValues of Glue's GetDataQualityResult, without the actual one."""

    expected: float
    lower: float
    upper: float

    def __str__(self) -> str:
        return f"{self.expected:.6g}, between {self.lower:.6g} and {self.upper:.6g}"

    def holds(self, value: float) -> bool:
        """Whether the value is within the limits, both included; NaN is not."""
        return self.lower <= value <= self.upper


@dataclass(frozen=True)
class Observation:
    """A metric outside of its limits (Glue's API, DataQualityObservation)."""

    description: str
    metric_name: str
    actual: float
    expected: float
    lower: float
    upper: float
    new_rules: tuple[str, ...] = ()


def expect(newest_first: Sequence[float]) -> Expectation | None:
    """None when there are too few earlier results."""
    values = list(newest_first)[:LOOKED_AT][::-1]
    if len(values) < LEAST_RESULTS:
        return None
    slope = _trend(values)
    level = statistics.median(value - slope * i for i, value in enumerate(values))
    expected = level + slope * len(values)
    distances = [abs(value - level - slope * i) for i, value in enumerate(values)]
    spread = max(
        _OF_MEDIAN_DISTANCE * statistics.median(distances),
        _OF_MEAN_DISTANCE * statistics.fmean(distances),
        _OF_EXPECTED * abs(expected),
    )
    reach = _SPREADS * spread * math.sqrt(1 + 1 / len(values))
    return Expectation(expected, expected - reach, expected + reach)


def _trend(values: Sequence[float]) -> float:
    """The slope from one result to the next; 0.0 without a clear trend."""
    if len(values) < _LEAST_FOR_TREND:
        return 0.0
    slopes = [
        (second - first) / (j - i)
        for (i, first), (j, second) in itertools.combinations(enumerate(values), 2)
    ]
    tau = (sum(slope > 0 for slope in slopes) - sum(slope < 0 for slope in slopes)) / len(slopes)
    return statistics.median(slopes) if abs(tau) >= _TREND_TAU else 0.0
