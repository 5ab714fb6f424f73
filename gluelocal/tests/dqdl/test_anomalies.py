"""The model's limits, worked out by hand, and the observations that come of them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from dqdl import EvaluationOptions, evaluate
from dqdl.anomalies import LOOKED_AT, expect
from dqdl.history import MemoryHistory

# oldest first; expected; spread; results
CASES = [
    ([10, 10, 10], 10, 0.1),  # 1 % of the expected
    ([0, 0, 0], 0, 0),
    ([100, 101, 99], 100, 1.4826),  # median distance 1
    ([1, 1, 1, 9], 1, 1.2533 * 2),  # median distance 0, mean 8 / 4
    ([10, 20, 30], 20, 1.4826 * 10),  # three results are no trend
    ([10, 20, 30, 40], 25, 1.4826 * 10),  # nor are four: distances 15 5 5 15
    ([10, 20, 30, 40, 50], 60, 0.6),
    ([50, 40, 30, 20, 10], 0, 0),
    ([10, 20, 30, 50, 40], 30, 1.4826 * 10),  # tau 0.8: slopes' median 10; see below
    ([5, 1, 4, 2, 3], 3, 1.2533 * 1.2),  # distances 2 2 1 1 0
    ([-10, -10, -10, -10], -10, 0.1),
]


@pytest.mark.parametrize(("oldest_first", "expected", "spread"), CASES)
def test_the_limits_are_four_spreads_away(
    oldest_first: list[float], expected: float, spread: float
) -> None:
    found = expect(oldest_first[::-1])
    assert found is not None
    if oldest_first == [10, 20, 30, 50, 40]:
        # 10 pairs: slopes 10 10 13.3 7.5 10 15 6.7 20 5 -10, median 10; so levels 10 10 10 20 0,
        # their median 10, the line 10 + 10 i, its next value 60; distances 0 0 0 10 10: mean 4.
        expected, spread = 60, 1.2533 * 4
    reach = 4 * spread * math.sqrt(1 + 1 / len(oldest_first))
    assert math.isclose(found.expected, expected, abs_tol=1e-9)
    assert math.isclose(found.lower, expected - reach, abs_tol=1e-9)
    assert math.isclose(found.upper, expected + reach, abs_tol=1e-9)


@pytest.mark.parametrize("newest_first", [[], [1.0], [1.0, 2.0]])
def test_too_few_results_let_expect_nothing(newest_first: list[float]) -> None:
    assert expect(newest_first) is None


def test_both_limits_are_expected_and_nan_is_not() -> None:
    found = expect([10.0, 10.0, 10.0])
    assert found is not None
    assert found.holds(found.lower)
    assert found.holds(found.upper)
    assert not found.holds(math.nextafter(found.upper, math.inf))
    assert not found.holds(math.nan)


def test_results_older_than_the_newest_hundred_do_not_count() -> None:
    assert expect([5.0] * LOOKED_AT + [1e9] * 500) == expect([5.0] * LOOKED_AT)


@given(st.lists(st.integers(-(10**6), 10**6), min_size=3, max_size=12), st.integers(1, 100))
def test_the_limits_scale_with_the_metric(values: list[int], factor: int) -> None:
    plain, scaled = expect(values), expect([value * factor for value in values])
    assert plain is not None
    assert scaled is not None
    scale = 1e-9 * factor * (1 + max(map(abs, values)))
    for name in ("expected", "lower", "upper"):
        one, other = getattr(plain, name) * factor, getattr(scaled, name)
        assert math.isclose(one, other, rel_tol=1e-9, abs_tol=scale)


@pytest.mark.spark
def test_observations_name_what_is_outside_of_its_limits(spark: SparkSession) -> None:
    store = MemoryHistory()
    ruleset = """Rules = [ RowCount > 0, IsComplete "x", ColumnValues "x" >= 0 ]
        Analyzers = [ RowCount, Sum "x", CustomSql "select 1" ]"""
    options = EvaluationOptions(history=store, observations=True)
    for _ in range(3):
        frame = spark.range(10).selectExpr("cast(id AS int) AS x")
        assert evaluate(frame, ruleset, options).observations == []
    frame = spark.range(20).selectExpr("cast(id % 10 AS int) AS x")
    first, second = evaluate(frame, ruleset, options).observations
    assert (
        first.description
        == "Dataset.*.RowCount is 20.0; expected was 10, between 9.53812 and 10.4619."
    )
    assert (first.metric_name, first.actual, first.expected) == ("Dataset.*.RowCount", 20.0, 10.0)
    assert math.isclose(first.lower, 10 - 4 * 0.1 * math.sqrt(4 / 3))
    assert math.isclose(first.upper, 10 + 4 * 0.1 * math.sqrt(4 / 3))
    assert first.new_rules == (f"RowCount between {first.lower} and {first.upper}",)
    assert (second.metric_name, second.actual, second.expected) == ("Column.x.Sum", 90.0, 45.0)
    assert second.new_rules == (f'Sum "x" between {second.lower} and {second.upper}',)


@pytest.mark.spark
def test_observations_are_made_on_request_only_and_change_no_outcome(spark: SparkSession) -> None:
    answers = []
    for observations in (False, True):
        options = EvaluationOptions(history=MemoryHistory(), observations=observations)
        for rows in (10, 10, 10):
            evaluate(spark.range(rows), "Rules = [ RowCount > 0 ]", options)
        answers.append(evaluate(spark.range(99), "Rules = [ RowCount > 0 ]", options))
    without, with_them = answers
    assert without.outcomes == with_them.outcomes
    assert (len(without.observations), len(with_them.observations)) == (0, 1)


@pytest.mark.spark
def test_an_anomaly_counts_as_a_result_from_then_on(spark: SparkSession) -> None:
    options = EvaluationOptions(history=MemoryHistory())
    outcomes = [
        evaluate(spark.range(rows), 'Rules = [ DetectAnomalies "RowCount" ]', options).outcomes[0]
        for rows in (10, 10, 10, 20, 20)
    ]
    # With 10 10 10 20 the mean distance is 2.5: limits 10 +- 4 * 1.2533 * 2.5 * sqrt(1.25) = 14.01
    assert [outcome.outcome for outcome in outcomes] == ["Passed"] * 3 + ["Failed", "Passed"]
