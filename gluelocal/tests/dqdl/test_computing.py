"""What happens while rows are computed: rules that raise, staging, and how rows are counted."""

import pytest
from pyspark.sql import DataFrame, SparkSession

from dqdl import EvaluationOptions, evaluate
from dqdl.staging import staged
from dqdl.steps import MOST_COMBINATIONS

pytestmark = pytest.mark.spark

# Every combination of twelve bits once: more than are fetched as combinations of outcomes.
BITS = 12


@pytest.fixture(scope="module")
def bits(spark: SparkSession) -> DataFrame:
    assert 2**BITS > MOST_COMBINATIONS
    columns = [f"CAST(shiftright(id, {i}) & 1 AS INT) AS b{i}" for i in range(BITS)]
    return spark.range(2**BITS).selectExpr(*columns)


@pytest.mark.parametrize("keep", ["STAGED", "NOTHING"])
@pytest.mark.parametrize("label", ["PASSED", "SKIPPED"])
def test_more_combinations_of_outcomes_than_are_fetched_are_counted_by_spark(
    bits: DataFrame, keep: str, label: str
) -> None:
    rules = [f'ColumnValues "b{i}" in [1]' for i in range(BITS)]
    filtered = 'ColumnValues "b1" in [1] where "b0 = 1 AND b2 = 1"'
    options = EvaluationOptions(keep=keep, filtered_row_label=label)  # type: ignore[arg-type]
    evaluation = evaluate(bits, f"Rules = [{', '.join([*rules, filtered])}]", options)
    for outcome in evaluation.outcomes:
        assert set(outcome.evaluated_metrics.values()) == {0.5}, outcome.rule
    totals = evaluation.rows.totals()
    assert (totals.passed, totals.failed) == (1, 2**BITS - 1)
    inside = 2**BITS // 4
    assert totals.rules[-1].failed == inside // 2
    assert totals.rules[-1].skipped == (0 if label == "PASSED" else 2**BITS - inside)


@pytest.mark.parametrize("label", ["PASSED", "SKIPPED"])
def test_few_combinations_give_the_same_counts(spark: SparkSession, label: str) -> None:
    frame = spark.range(1000).selectExpr("id", "nullif(id % 4, 3) AS x")
    ruleset = """Rules = [
        ColumnValues "x" < 2 where "id < 100", ColumnValues "x" < 2,
        (ColumnValues "x" < 2 where "id < 100") and (IsComplete "x")
    ]"""
    options = EvaluationOptions(filtered_row_label=label)  # type: ignore[arg-type]
    first, second, both = evaluate(frame, ruleset, options).outcomes
    assert first.failure_reason == second.failure_reason
    assert first.evaluated_metrics == {"Column.x.Maximum": 2.0}
    assert both.evaluated_metrics == {"Column.x.Maximum": 2.0, "Column.x.Completeness": 0.75}


@pytest.mark.parametrize("count", [7, 8, 12, 40])
def test_each_rows_texts_are_its_own_whether_its_outcomes_are_frequent_or_rare(
    spark: SparkSession, count: int
) -> None:
    """128 combinations are a few more than are held ready, 4,096 more than are known."""
    bits = min(count, BITS)
    columns = [f"CAST(shiftright(id, {i}) & 1 AS INT) AS b{i}" for i in range(bits)]
    frame = spark.range(2**bits).selectExpr("id", *columns)
    rules = [f'ColumnValues "b{i % bits}" in [1,{i + 2}]' for i in range(count)]
    evaluation = evaluate(frame, f"Rules = [{', '.join([*rules, 'RowCount > 0'])}]")
    rows = evaluation.row_outcomes_frame().collect()
    assert len(rows) == 2**bits
    for row in rows:
        holds = [bool(row.id >> i % bits & 1) for i in range(count)]
        passed = [rule for rule, one in zip(rules, holds, strict=True) if one]
        failed = [rule for rule, one in zip(rules, holds, strict=True) if not one]
        assert row.DataQualityRulesPass == passed
        assert row.DataQualityRulesFail == failed
        assert row.DataQualityRulesSkip == ["RowCount > 0"]
        assert row.DataQualityEvaluationResult == ("Failed" if failed else "Passed")
    totals = evaluation.rows.totals()
    assert (totals.passed, totals.failed) == (1, 2**bits - 1)
    assert {(one.passed, one.failed) for one in totals.rules[:-1]} == {(2 ** (bits - 1),) * 2}
    assert totals.rules[-1].skipped == 2**bits


def test_staged_rows_are_the_rows(spark: SparkSession) -> None:
    frame = spark.range(0, 5000, 1, 3).selectExpr("id", "repeat('x', CAST(id % 50 AS INT)) AS s")
    kept = staged(frame)
    assert kept.schema == frame.schema
    assert kept.collect() == frame.collect()
    assert kept.agg({"id": "sum"}).first()[0] == sum(range(5000))  # type: ignore[index]


def test_a_staged_source_is_read_once(spark: SparkSession) -> None:
    read = spark.sparkContext.accumulator(0)

    def counted(row: object) -> object:
        read.add(1)
        return row

    frame = spark.createDataFrame(
        spark.sparkContext.parallelize([(1,), (2,)]).map(counted), "x int"
    )
    evaluation = evaluate(frame, 'Rules = [ColumnValues "x" > 1, IsUnique "x", Mean "x" > 1]')
    assert evaluation.row_outcomes_frame().count() == 2
    assert [row.x for row in evaluation.row_outcomes_frame().collect()] == [1, 2]
    assert read.value == 2


@pytest.mark.parametrize("keep", ["STAGED", "NOTHING"])
def test_rules_that_raise_while_rows_are_computed_fail_by_themselves(
    spark: SparkSession, keep: str
) -> None:
    frame = spark.createDataFrame([(1, "a"), (2, None), (None, "c")], "x int, s string")
    ruleset = """Rules = [
        IsComplete "s", IsComplete "x" where "raise_error('boom') IS NULL", Mean "x" = 1.5,
        CustomSql "select raise_error('bang')" > 0,
        CustomSql "select x from primary where assert_true(x > 1) IS NULL", RowCount = 3
    ]
    Analyzers = [ Sum "x" ]"""
    evaluation = evaluate(frame, ruleset, EvaluationOptions(keep=keep))  # type: ignore[arg-type]
    reasons = [outcome.failure_reason or "" for outcome in evaluation.outcomes]
    assert [outcome.passed for outcome in evaluation.outcomes] == [
        False, False, True, False, False, True,
    ]  # fmt: skip
    assert reasons[1] == "java.lang.RuntimeException: boom"
    assert reasons[3] == "java.lang.RuntimeException: bang"
    assert "is not true" in reasons[4]
    assert evaluation.analyzers[0].evaluated_metrics == {"Column.x.Sum": 3.0}
    failed = evaluation.row_outcomes_frame().select("DataQualityRulesFail").collect()
    assert [len(row[0]) for row in failed] == [2, 3, 2]


def test_what_the_source_raises_is_raised(spark: SparkSession) -> None:
    frame = spark.range(3).selectExpr("id", "raise_error('broken source') AS x")
    with pytest.raises(Exception, match="broken source"):
        evaluate(frame, 'Rules = [IsComplete "x"]')
