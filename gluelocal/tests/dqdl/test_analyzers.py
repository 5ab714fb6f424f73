"""Analyzers: measured beside the rules, never judged."""

import math
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from pyspark.sql import SparkSession

from dqdl import EvaluationOptions, evaluate
from dqdl.history import MemoryHistory

CASES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).with_name("fixtures") / "analyzers.yaml").read_text(encoding="utf-8")
)

pytestmark = pytest.mark.spark


def evaluated(spark: SparkSession, case: dict[str, Any], rules: str = "") -> Any:
    schema = ", ".join(f"`{name}` {kind}" for name, kind in case["columns"].items())
    frame = spark.createDataFrame([tuple(row) for row in case["rows"]], schema)
    texts = ", ".join(case["analyzers"])
    options = EvaluationOptions(history=MemoryHistory())
    return evaluate(frame, f"{rules} Analyzers = [ {texts} ]", options)


@pytest.mark.parametrize("case", CASES, ids=[case["title"] for case in CASES])
def test_analyzer_case_gives_metrics_or_a_reason(spark: SparkSession, case: dict[str, Any]) -> None:
    evaluation = evaluated(spark, case)
    assert evaluation.outcomes == []
    assert [outcome.analyzer for outcome in evaluation.analyzers] == list(case["analyzers"])
    for outcome, expected in zip(evaluation.analyzers, case["analyzers"].values(), strict=True):
        if isinstance(expected, str):
            assert not outcome.evaluated_distributions
            assert (outcome.failure_reason, dict(outcome.evaluated_metrics)) == (expected, {})
            continue
        assert outcome.failure_reason is None
        distributions = {
            name: [one.data_type, list(one.edges), list(one.counts)]
            for name, one in outcome.evaluated_distributions.items()
        }
        assert distributions == expected.get("distributions", {})
        numbers = {name: value for name, value in expected.items() if name != "distributions"}
        assert set(outcome.evaluated_metrics) == set(numbers)
        for name, value in numbers.items():
            found = outcome.evaluated_metrics[name]
            assert math.isclose(found, value, rel_tol=1e-12) or math.isnan(found + value), name


def test_analyzers_change_no_outcome_and_stand_in_no_row(spark: SparkSession) -> None:
    case = CASES[0]
    evaluation = evaluated(spark, case, 'Rules = [ IsComplete "x" ]')
    assert [outcome.rule for outcome in evaluation.outcomes] == ['IsComplete "x"']
    for row in evaluation.row_outcomes_frame().collect():
        assert row["DataQualityRulesPass"] + row["DataQualityRulesFail"] == ['IsComplete "x"']
        assert row["DataQualityRulesSkip"] == []


def test_an_analyzer_twice_is_measured_once(spark: SparkSession) -> None:
    evaluation = evaluate(spark.range(3), "Analyzers = [ RowCount, RowCount ]")
    assert [outcome.analyzer for outcome in evaluation.analyzers] == ["RowCount"]


def jobs_of(spark: SparkSession, work: Callable[[], object]) -> int:
    group = str(uuid.uuid4())
    spark.sparkContext.setJobGroup(group, "counted")
    try:
        work()
    finally:
        spark.sparkContext.setLocalProperty("spark.jobGroup.id", "")
    return len(spark.sparkContext.statusTracker().getJobIdsForGroup(group))


def test_analyzers_share_the_rules_scan_and_shuffles(spark: SparkSession) -> None:
    frame = spark.range(100).selectExpr("id", "id % 7 AS x", "cast(id AS string) AS s")
    # A rule on values has its rows counted, as the analyzers of values and lengths have.
    rules = 'Rules = [ RowCount > 0, IsUnique "id", Mean "x" > 0, ColumnValues "x" >= 0 ]'
    analyzers = """ Analyzers = [
        RowCount, ColumnCount, AllStatistics "id", Sum "x", Completeness "s", ColumnLength "s",
        Entropy "id", UniqueValueRatio "id", ColumnValues "x", ColumnCorrelation "id" "x"
    ]"""
    with_rules = jobs_of(spark, lambda: evaluate(frame, rules))
    assert with_rules > 0
    assert jobs_of(spark, lambda: evaluate(frame, rules + analyzers)) == with_rules
