"""The split is disjoint and complete, whatever the row results are."""

import pytest
from chispa import assert_df_equality
from pyspark.sql import functions as sf

from imdb_etl import router
from imdb_etl.names import OUTCOME_COLUMNS, REJECT_REASONS, ROW_RESULT

pytestmark = [pytest.mark.spark]

SCHEMA = (
    "id int, DataQualityRulesPass array<string>, DataQualityRulesFail array<string>, "
    "DataQualityRulesSkip array<string>, DataQualityEvaluationResult string"
)
ROWS = [
    (1, ["a"], [], [], "Passed"),
    (2, [], ["b", "a"], [], "Failed"),
    (3, None, None, None, None),
    (4, [], ["a"], [], None),
    (5, [], [], ["a"], "Passed"),
    (6, [], [], [], "passed"),
    (None, [], [], [], "Passed"),
    (None, None, ["a"], None, "Failed"),
]


@pytest.fixture(scope="module")
def rows(spark):
    return spark.createDataFrame(ROWS, SCHEMA)


def test_outcome_columns_are_the_ones_that_the_rows_have(rows):
    assert tuple(rows.columns[1:]) == OUTCOME_COLUMNS


def test_valid_and_rejected_rows_together_are_the_input(rows):
    split = router.by_rules(rows)
    together = split.valid.unionByName(split.rejected.drop(REJECT_REASONS))
    assert_df_equality(together, rows, ignore_row_order=True, ignore_nullable=True)


def test_no_row_is_on_both_sides(rows):
    numbered = rows.withColumn("number", sf.monotonically_increasing_id())
    split = router.by_rules(numbered)
    both = split.valid.select("number").intersectAll(split.rejected.select("number"))
    assert both.count() == 0
    assert split.valid.count() + split.rejected.count() == len(ROWS)


def test_valid_means_passed_and_nothing_else(rows):
    split = router.by_rules(rows)
    assert {row[ROW_RESULT] for row in split.valid.collect()} == {"Passed"}
    assert sorted(str(row["id"]) for row in split.valid.collect()) == ["1", "5", "None"]


def test_a_rejected_row_says_which_rules_failed_in_a_stable_order(rows):
    reasons = {row["id"]: row[REJECT_REASONS] for row in router.by_rules(rows).rejected.collect()}
    assert reasons[2] == ["rule failed: a", "rule failed: b"]
    assert reasons[3] == ["the rules gave this row no result"]
    assert reasons[6] == ["the rules gave this row no result"]


def test_rows_without_reasons_are_valid_and_unknown_ones_are_not(spark):
    frame = spark.createDataFrame(
        [(1, []), (2, ["bad"]), (3, None)], f"id int, {REJECT_REASONS} array<string>"
    )
    split = router.by_reasons(frame)
    assert [row["id"] for row in split.valid.collect()] == [1]
    assert sorted(row["id"] for row in split.rejected.collect()) == [2, 3]
