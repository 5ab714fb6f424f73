"""The gate on real outcomes: which rules are about the dataset, and what each setting does."""

import pytest

from imdb_etl import gate, quality
from imdb_etl.errors import GateError
from imdb_etl.names import ROW_RESULT, RULES_FAIL, RULES_PASS, RULES_SKIP, SOURCE_FILE
from imdb_etl.summary import RuleOutcome

pytestmark = [pytest.mark.spark]

RULES = """Rules = [
    RowCount > 5,
    IsComplete "title",
    ColumnValues "votes" >= 1000,
    Completeness "title" > 0.9,
    (ColumnValues "votes" > 5) and (IsComplete "title"),
    ColumnCount = 2
]"""
ON_ROWS = {'IsComplete "title"', 'ColumnValues "votes" >= 1000', 'Completeness "title" > 0.9'}


@pytest.fixture(scope="module")
def judged(spark, glue_context):
    rows = spark.createDataFrame(
        [("Heat", 2000, "f"), (None, 3000, "f"), ("Ran", 7, "f")],
        f"title string, votes bigint, {SOURCE_FILE} string",
    )
    results = quality._results
    with pytest.MonkeyPatch.context() as patched:
        # Publishing them needs an account.
        patched.setattr(quality, "_results", lambda *given, **_: results(*given, publish=False))
        return quality.evaluate(glue_context, rows, ["f"], "movies", RULES)


def test_failed_rules_on_the_dataset_stop_the_load_and_are_named_alone(judged):
    failed = {rule.rule for rule in judged.rules if not rule.passed}
    assert failed > ON_ROWS
    with pytest.raises(GateError) as refused:
        gate.require_passed("movies", judged.rows, judged.rules, "fail")
    said = str(refused.value)
    assert "RowCount > 5: " in said
    assert "ColumnCount" not in said
    assert not [rule for rule in ON_ROWS if f"{rule}: " in said]


def test_load_valid_lets_the_rows_that_pass_go_on(judged):
    gate.require_passed("movies", judged.rows, judged.rules, "load_valid")
    passed = [row["title"] for row in judged.rows.filter(f"{ROW_RESULT} = 'Passed'").collect()]
    assert passed == ["Heat"]


def test_failed_rules_on_rows_alone_stop_nothing(judged):
    on_rows = [rule for rule in judged.rules if rule.rule in ON_ROWS]
    assert not any(rule.passed for rule in on_rows)
    gate.require_passed("movies", judged.rows, on_rows, "fail")


def test_a_rule_that_skips_the_first_row_is_on_rows_all_the_same(spark):
    arrays = "array<string>"
    rows = spark.createDataFrame(
        [([], [], ["late", "none"], "Passed"), ([], ["late"], ["none"], "Failed")],
        f"{RULES_PASS} {arrays}, {RULES_FAIL} {arrays}, {RULES_SKIP} {arrays}, {ROW_RESULT} string",
    )
    late, none = (RuleOutcome(rule, "Failed", "why", {}) for rule in ("late", "none"))
    gate.require_passed("movies", rows, [late], "fail")
    with pytest.raises(GateError, match=r"the dataset failed none: why\. Nothing was loaded"):
        gate.require_passed("movies", rows, [late, none], "fail")
    with pytest.raises(GateError, match="late: why; none: why"):
        gate.require_passed("movies", rows.limit(0), [late, none], "fail")
