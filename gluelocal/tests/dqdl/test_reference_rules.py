"""What cases as data cannot say of the reference rules: clauses, settings, the user's frames."""

import pytest
from pyspark.sql import SparkSession

from dqdl import evaluate, parse
from dqdl.errors import DqdlSyntaxError
from dqdl.references import listed, reference_and_rest

RULES = (
    'ReferentialIntegrity "id" "ref.id" = 1',
    'DatasetMatch "ref" "id" = 1',
    'SchemaMatch "ref" = 1',
    'RowCountMatch "ref" = 1',
    'AggregateMatch "sum(id)" "sum(ref.id)" = 1',
)


@pytest.mark.parametrize("rule", RULES)
def test_reference_rules_take_neither_filter_nor_threshold(rule: str) -> None:
    name = rule.split()[0]
    with pytest.raises(DqdlSyntaxError, match=f"Where clause is not supported .*: {name}"):
        parse(f'Rules = [ {rule} where "id > 1" ]')
    with pytest.raises(DqdlSyntaxError, match=f"Threshold condition not supported .*: {name}"):
        parse(f"Rules = [ {rule} with threshold > 0.5 ]")


@pytest.mark.parametrize(
    ("text", "aliases", "expected"),
    [
        ("ref.id", (), ("ref", "id")),
        ("db.table.id", (), ("db.table", "id")),
        ("ref.a.b", ("ref",), ("ref", "a.b")),
        ("db.table.id", ("db", "db.table"), ("db.table", "id")),
        ("ref.{a.b,c}", (), ("ref", "{a.b,c}")),
        ("ref.`a.b`", (), ("ref", "`a.b`")),
        ("`a.b`", (), ("", "`a.b`")),
        ("id", ("ref",), ("", "id")),
    ],
)
def test_alias_ends_at_a_known_one_or_at_the_last_dot_outside_of_names(
    text: str, aliases: tuple[str, ...], expected: tuple[str, str]
) -> None:
    assert reference_and_rest(text, aliases) == expected


def test_list_of_columns_keeps_commas_between_backticks() -> None:
    assert listed(" a b ,`c,d`,, `e``f` ") == ["a b", "`c,d`", "`e``f`"]
    assert listed(" , ") == []


@pytest.mark.spark
def test_cached_frames_stay_cached_and_own_views_come_back(spark: SparkSession) -> None:
    frame = spark.range(3).cache()
    reference = spark.range(2).cache()
    spark.range(7).createOrReplaceTempView("ref")
    try:
        evaluation = evaluate(frame, f"Rules = [ {RULES[0]} ]", sources={"ref": reference})
        assert evaluation.outcomes[0].evaluated_metrics == {
            "Column.ref.ReferentialIntegrity": 2 / 3
        }
        assert frame.storageLevel.useMemory
        assert reference.storageLevel.useMemory
        assert spark.table("ref").count() == 7
    finally:
        spark.catalog.dropTempView("ref")
        frame.unpersist()
        reference.unpersist()


@pytest.mark.spark
def test_text_beside_a_number_is_no_error_in_ansi_mode(spark: SparkSession) -> None:
    frame = spark.createDataFrame([(1, "1"), (2, "word"), (None, None)], "id int, s string")
    reference = spark.createDataFrame([("word", 1), ("1", 2), (None, 3)], "s string, id int")
    rules = (
        'ReferentialIntegrity "id" "ref.s" = 1',
        'ReferentialIntegrity "s" "ref.id" = 1',
        'DatasetMatch "ref" "id" "s" = 1',
    )
    before = spark.conf.get("spark.sql.ansi.enabled")
    spark.conf.set("spark.sql.ansi.enabled", "true")
    try:
        ruleset = f'Rules = [ {", ".join(rules)}, Entropy "id" > 0, Range "id" = 1 ]'
        evaluation = evaluate(frame, ruleset, sources={"ref": reference})
        found = {outcome.rule: outcome for outcome in evaluation.outcomes}
        passed = {
            row["id"]: set(row["DataQualityRulesPass"])
            for row in evaluation.row_outcomes_frame().collect()
        }
    finally:
        spark.conf.set("spark.sql.ansi.enabled", str(before))
    assert passed == {1: {rules[0], rules[1]}, 2: set(), None: set()}
    assert found[rules[0]].evaluated_metrics == {"Column.ref.ReferentialIntegrity": 1 / 3}
    # A NULL among the keys is no key.
    unsuitable = "Provided key map not suitable for given data frames"
    assert found[rules[2]].failure_reason == unsuitable
    assert found['Range "id" = 1'].passed


@pytest.mark.spark
def test_rows_are_neither_added_nor_lost_where_several_values_equal_one(
    spark: SparkSession,
) -> None:
    frame = spark.createDataFrame([(1,), (1,), (2,)], "id int")
    reference = spark.createDataFrame([("1",), ("01",), ("1.0",), ("1",)], "id string")
    evaluation = evaluate(
        frame, 'Rules = [ ReferentialIntegrity "id" "ref.id" > 0.5 ]', sources={"ref": reference}
    )
    results = [
        (row["id"], row["DataQualityEvaluationResult"])
        for row in evaluation.row_outcomes_frame().collect()
    ]
    assert sorted(results) == [(1, "Passed"), (1, "Passed"), (2, "Failed")]


@pytest.mark.spark
def test_names_that_differ_by_case_alone_are_told_apart_where_spark_does(
    spark: SparkSession,
) -> None:
    before = spark.conf.get("spark.sql.caseSensitive")
    spark.conf.set("spark.sql.caseSensitive", "true")
    try:
        frame = spark.createDataFrame([(1, 9), (2, 9)], "id int, ID int")
        reference = spark.createDataFrame([(1,)], "id int")
        evaluation = evaluate(
            frame,
            'Rules = [ ReferentialIntegrity "id" "ref.id" = 0.5 ]',
            sources={"ref": reference},
        )
        assert evaluation.outcomes[0].passed, evaluation.outcomes[0]
    finally:
        spark.conf.set("spark.sql.caseSensitive", str(before))
