"""The split is disjoint and complete, whatever the row results are."""

import pytest
from chispa import assert_df_equality
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyspark.sql import functions as sf

from imdb_etl import router
from imdb_etl.names import OUTCOME_COLUMNS, PASSED, REJECT_REASONS, ROW_RESULT

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


RULES = st.none() | st.lists(
    st.sampled_from(['ColumnValues "t" = "ü"', "映画", "a\nb", "", "$1\\1", "x" * 300])
    | st.text("ab'\"%;", max_size=9),
    max_size=4,
)
RESULTS = st.sampled_from([PASSED, PASSED, "Failed", "passed", "Passed ", "", "Skipped", None])


@settings(
    max_examples=2,
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    derandomize=True,
)
@given(rows=st.lists(st.tuples(RULES, RULES, RULES, RESULTS), min_size=20, max_size=200))
def test_every_row_is_on_the_side_that_its_result_says_and_on_no_other(spark, rows):
    frame = spark.createDataFrame([(n, *row) for n, row in enumerate(rows)], SCHEMA)
    split = router.by_rules(frame)
    valid = sorted(row["id"] for row in split.valid.collect())
    assert valid == [n for n, (*_, result) in enumerate(rows) if result == PASSED]
    reasons = {row["id"]: row[REJECT_REASONS] for row in split.rejected.collect()}
    assert reasons == {
        n: [f"rule failed: {rule}" for rule in sorted(failed or [], key=str.encode)]
        or ["the rules gave this row no result"]
        for n, (_, failed, _, result) in enumerate(rows)
        if result != PASSED
    }
