"""Whole rulesets: the sample data's answer, the result frames, the number of Spark jobs."""

import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, DoubleType, LongType, MapType, StringType, StructType

from dqdl import EvaluationOptions, evaluate, parse
from dqdl.errors import DqdlSyntaxError

SAMPLE = Path(__file__).parents[3] / "data" / "imdb_top_1000.csv"
NUMERIC = {"imdb_rating": DoubleType(), "meta_score": LongType(), "no_of_votes": LongType()}
MOVIES = """
Rules = [
    RowCount > 0,
    ColumnCount = 14,
    IsComplete "series_title",
    ColumnLength "series_title" <= 256,
    ColumnValues "released_year" matches "(19|20)[0-9]{2}",
    ColumnValues "imdb_rating" between 0 and 10.1,
    IsComplete "meta_score",
    ColumnValues "gross" matches "[0-9,]+",
    ColumnValues "no_of_votes" >= 1000,
    Completeness "meta_score" > 0.8
]
"""
TOP_RATED = """
Rules = [ IsComplete "imdb_rating", ColumnValues "imdb_rating" between 8.5 and 10.3 ]
"""

pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def movies(spark: SparkSession) -> DataFrame:
    """The sample as the catalog has it: lower-case names, '' in strings, NULL in numbers."""
    header = SAMPLE.read_text(encoding="utf-8").splitlines()[0].lower().split(",")
    schema = StructType()
    for name in header:
        schema = schema.add(name, NUMERIC.get(name, StringType()))
    raw = spark.read.csv(str(SAMPLE), header=True, schema=schema, escape='"')
    strings = [name for name in header if name not in NUMERIC]
    return raw.fillna("", subset=strings)


def counts(frame: DataFrame) -> dict[str, int]:
    return {
        row["DataQualityEvaluationResult"]: row["count"]
        for row in frame.groupBy("DataQualityEvaluationResult").count().collect()
    }


def test_the_sample_has_749_valid_movies_and_251_rejected(movies: DataFrame) -> None:
    evaluation = evaluate(movies, MOVIES)
    assert counts(evaluation.row_outcomes_frame()) == {"Passed": 749, "Failed": 251}
    failed = {o.rule: o for o in evaluation.outcomes if not o.passed}
    assert len(evaluation.outcomes) == 10
    assert {rule: outcome.failure_reason for rule, outcome in failed.items()} == {
        f"{rule}": f"Value: {ratio} does not meet the constraint requirement!"
        for rule, ratio in {
            'ColumnValues "released_year" matches "(19|20)[0-9]{2}"': 0.999,
            'IsComplete "meta_score"': 0.843,
            'ColumnValues "gross" matches "[0-9,]+"': 0.831,
        }.items()
    }
    assert [o.rule for o in evaluation.outcomes] == [str(rule) for rule in parse(MOVIES).rules]


def test_between_leaves_both_ends_out_on_the_sample(movies: DataFrame) -> None:
    evaluation = evaluate(movies, parse(TOP_RATED))
    assert counts(evaluation.row_outcomes_frame()) == {"Passed": 33, "Failed": 967}


def test_the_split_is_disjoint_and_complete_and_changes_no_row(movies: DataFrame) -> None:
    judged = evaluate(movies, MOVIES).row_outcomes_frame()
    fails = F.size("DataQualityRulesFail")
    result = F.col("DataQualityEvaluationResult")
    passed = judged.where(result == "Passed").drop(*judged.columns[-4:])
    failed = judged.where(result == "Failed").drop(*judged.columns[-4:])
    assert judged.where((result == "Failed") != (fails > 0)).count() == 0
    both = passed.unionByName(failed)
    assert both.count() == movies.count() == 1000
    assert both.exceptAll(movies).count() == 0
    assert movies.exceptAll(both).count() == 0
    total = sum(F.size(name) for name in judged.columns[-4:-1])
    assert judged.where(total != 10).count() == 0


def test_the_frames_have_glues_columns_types_and_nullability(spark: SparkSession) -> None:
    frame = spark.createDataFrame([(1, None)], "id int, DataQualityRulesPass string")
    evaluation = evaluate(frame, 'Rules = [ IsComplete "id" ]')
    assert evaluation.rule_outcomes_frame().schema == (
        StructType()
        .add("Rule", StringType())
        .add("Outcome", StringType())
        .add("FailureReason", StringType())
        .add("EvaluatedMetrics", MapType(StringType(), DoubleType(), False))
        .add("EvaluatedRule", StringType())
    )
    assert evaluation.row_outcomes_frame().schema == (
        StructType()
        .add("id", "integer")
        .add("DataQualityRulesPass", ArrayType(StringType()), nullable=False)
        .add("DataQualityRulesFail", ArrayType(StringType()), nullable=False)
        .add("DataQualityRulesSkip", ArrayType(StringType()), nullable=False)
        .add("DataQualityEvaluationResult", StringType(), nullable=False)
    )
    assert [tuple(row) for row in evaluation.rule_outcomes_frame().collect()] == [
        ('IsComplete "id"', "Passed", None, {"Column.id.Completeness": 1.0}, None)
    ]


def test_labels_stand_in_the_outcomes_and_on_request_in_the_rows(spark: SparkSession) -> None:
    frame = spark.createDataFrame([(1,)], "id int")
    ruleset = 'DefaultLabels=["team"="x"] Rules=[IsComplete "id" labels=["k"="v"], RowCount > 0]'
    evaluation = evaluate(frame, ruleset)
    assert [row["Labels"] for row in evaluation.rule_outcomes_frame().collect()] == [
        {"team": "x", "k": "v"},
        {"team": "x"},
    ]
    (row,) = evaluation.row_outcomes_frame().collect()
    assert row["DataQualityRulesPass"] == ['IsComplete "id"']
    with_labels = evaluate(frame, ruleset, EvaluationOptions(rule_with_labels=True))
    (row,) = with_labels.row_outcomes_frame().collect()
    assert row["DataQualityRulesPass"] == ['IsComplete "id" labels=["k"="v"]']


def test_analyzers_alone_judge_nothing(spark: SparkSession) -> None:
    evaluation = evaluate(spark.createDataFrame([(1,)], "id int"), "Analyzers = [ RowCount ]")
    assert evaluation.outcomes == []
    (row,) = evaluation.row_outcomes_frame().collect()
    assert tuple(row) == (1, [], [], [], "Passed")


def test_a_rule_twice_is_judged_once(spark: SparkSession) -> None:
    frame = spark.createDataFrame([(1,)], "id int")
    evaluation = evaluate(frame, 'Rules = [ IsComplete "id", IsComplete  "id" ]')
    assert len(evaluation.outcomes) == 1
    (row,) = evaluation.row_outcomes_frame().collect()
    assert tuple(row) == (1, ['IsComplete "id"'], [], [], "Passed")


def test_custom_sql_leaves_the_sessions_own_view_alone(spark: SparkSession) -> None:
    spark.range(7).createOrReplaceTempView("primary")
    frame = spark.createDataFrame([(1,)], "id int")
    other = spark.createDataFrame([(1,), (2,)], "id int")
    ruleset = (
        'Rules = [ CustomSql "select count(*) from primary" = 1, '
        'CustomSql "select count(*) from other" = 2 ]'
    )
    evaluation = evaluate(frame, ruleset, sources={"other": other})
    assert [outcome.outcome for outcome in evaluation.outcomes] == ["Passed", "Passed"]
    assert spark.table("primary").count() == 7
    spark.catalog.dropTempView("primary")
    evaluate(frame, ruleset)
    assert not spark.catalog.tableExists("primary")


def test_a_bad_ruleset_is_refused_before_the_frame_is_looked_at() -> None:
    with pytest.raises(DqdlSyntaxError, match="line 1:11"):
        evaluate(None, 'Rules = [ IsComplet "id" ]')  # type: ignore[arg-type]


def jobs_of(spark: SparkSession, work: Callable[[], object]) -> int:
    group = str(uuid.uuid4())
    spark.sparkContext.setJobGroup(group, "counted")
    try:
        work()
    finally:
        spark.sparkContext.setLocalProperty("spark.jobGroup.id", "")
    return len(spark.sparkContext.statusTracker().getJobIdsForGroup(group))


def test_the_number_of_jobs_does_not_grow_with_simple_rules(spark: SparkSession) -> None:
    frame = spark.range(100).selectExpr("id", "id % 7 AS x", "cast(id AS string) AS s")
    one = 'Rules = [ ColumnValues "x" < 7 ]'
    many = (
        [f'ColumnValues "x" < {i + 7}' for i in range(20)]
        + [f'ColumnLength "s" <= {i + 2}' for i in range(15)]
        + [f'Mean "x" > -{i + 1}' for i in range(10)]
        + ['IsComplete "x"', 'Completeness "s" > 0.5', "RowCount = 100", 'ColumnExists "x"']
        + ['ColumnDataType "s" = "INTEGER"']
    )
    fifty = "Rules = [" + ", ".join(many) + "]"
    evaluation = evaluate(frame, fifty)
    assert len(evaluation.outcomes) == 50
    assert all(outcome.passed for outcome in evaluation.outcomes)
    assert evaluation.row_outcomes_frame().where("size(DataQualityRulesPass) != 37").count() == 0
    jobs = jobs_of(spark, lambda: evaluate(frame, one))
    assert jobs > 0
    assert jobs_of(spark, lambda: evaluate(frame, fifty)) == jobs


def test_rules_over_one_key_share_its_shuffle(spark: SparkSession) -> None:
    frame = spark.range(100).selectExpr("id", "id % 7 AS x")
    one = 'Rules = [ IsUnique "id" ]'
    several = """Rules = [
        IsUnique "id", Uniqueness "id" > 0.9, IsPrimaryKey "id", Entropy "id" > 1,
        DistinctValuesCount "id" = 100, UniqueValueRatio "id" = 1, IsUnique "id" where "x = 1"
    ]"""
    jobs = jobs_of(spark, lambda: evaluate(frame, one))
    assert jobs_of(spark, lambda: evaluate(frame, several)) == jobs
    assert all(outcome.passed for outcome in evaluate(frame, several).outcomes)


def test_a_wide_ruleset_keeps_each_rule_apart(spark: SparkSession) -> None:
    frame = spark.createDataFrame([(10,), (None,)], "x int")
    rules = [f'ColumnValues "x" > {i}' for i in range(100)]
    evaluation = evaluate(frame, "Rules = [" + ", ".join(rules) + "]")
    first, second = evaluation.row_outcomes_frame().orderBy(F.col("x").desc()).collect()
    assert first["DataQualityRulesPass"] == rules[:10]
    assert first["DataQualityRulesFail"] == rules[10:]
    assert second["DataQualityRulesFail"] == rules
