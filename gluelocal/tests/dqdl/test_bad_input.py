"""Rules, filters, names and data that go wrong: one bad rule never spoils the others.

fixtures/bad_input.yaml holds the cases; `reason` is how the FailureReason starts, `rows` has a
letter a row as in the rule cases.
"""

from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from pyspark.sql import DataFrame, SparkSession

from dqdl import evaluate, parse
from dqdl.errors import DqdlSyntaxError
from dqdl.results import RuleOutcome

CASES = yaml.safe_load(
    Path(__file__).with_name("fixtures").joinpath("bad_input.yaml").read_text(encoding="utf-8")
)
LETTERS = {"P": "DataQualityRulesPass", "F": "DataQualityRulesFail", "S": "DataQualityRulesSkip"}


class Answer(NamedTuple):
    outcome: RuleOutcome
    rows: str


def frame_of(spark: SparkSession, rows: list[list[Any]]) -> DataFrame:
    columns = CASES["frame"]["columns"].items()
    schema = ", ".join(f"`{name.replace('`', '``')}` {kind}" for name, kind in columns)
    return spark.createDataFrame([tuple(row) for row in rows], schema)


def judged(frame: DataFrame, rules: list[str]) -> dict[str, Answer]:
    evaluation = evaluate(frame, "Rules = [\n" + ",\n".join(rules) + "\n]")
    rows = sorted(evaluation.row_outcomes_frame().collect(), key=lambda row: row["id"])
    return {
        rule: Answer(
            outcome,
            "".join(k for row in rows for k, name in LETTERS.items() if outcome.rule in row[name]),
        )
        for rule, outcome in zip(rules, evaluation.outcomes, strict=True)
    }


@pytest.fixture(scope="module")
def together(spark: SparkSession) -> dict[str, Answer]:
    """Every rule of the file in one ruleset, bad ones first."""
    rules = [case["rule"] for case in (*CASES["bad"], *CASES["healthy"])]
    return judged(frame_of(spark, CASES["frame"]["rows"]), rules)


@pytest.fixture(scope="module")
def on_nothing(spark: SparkSession) -> dict[str, Answer]:
    return judged(frame_of(spark, []), [case["rule"] for case in CASES["empty"]])


@pytest.mark.spark
@pytest.mark.parametrize("case", CASES["bad"], ids=lambda case: case["rule"])
def test_a_bad_rule_fails_with_a_reason(together: dict[str, Answer], case: dict[str, Any]) -> None:
    answer = together[case["rule"]]
    assert answer.outcome.outcome == "Failed"
    assert str(answer.outcome.failure_reason).startswith(case["reason"])
    assert answer.rows == case["rows"]


@pytest.mark.spark
@pytest.mark.parametrize("case", CASES["healthy"], ids=lambda case: case["rule"])
def test_a_healthy_rule_is_not_spoilt_by_bad_ones(
    together: dict[str, Answer], case: dict[str, Any]
) -> None:
    answer = together[case["rule"]]
    assert (answer.outcome.outcome, answer.rows) == (case["outcome"], case["rows"])


@pytest.mark.spark
@pytest.mark.parametrize("case", CASES["empty"], ids=lambda case: case["rule"])
def test_an_empty_frame_fails_a_rule_that_needs_a_value(
    on_nothing: dict[str, Answer], case: dict[str, Any]
) -> None:
    outcome = on_nothing[case["rule"]].outcome
    assert outcome.outcome == "Failed"
    assert str(outcome.failure_reason).startswith(case["reason"])


@pytest.mark.parametrize("text", CASES["refused"])
def test_a_bad_ruleset_is_refused_before_there_is_any_spark(text: str) -> None:
    with pytest.raises(DqdlSyntaxError, match=r"^Parsing Error: line "):
        evaluate(None, text)  # type: ignore[arg-type]


@pytest.mark.spark
def test_a_frame_of_a_thousand_columns_is_judged(spark: SparkSession) -> None:
    columns = [f"CAST(if(id = {i}, NULL, id) AS INT) AS c{i}" for i in range(999)]
    frame = spark.range(3).selectExpr("id", *columns)
    rules = ["ColumnCount = 1000", 'IsComplete "c998"', 'IsComplete "c1"', 'ColumnExists "c1000"']
    rules.append('ColumnNamesMatchPattern "^(id|c[0-9]+)$"')
    answers = judged(frame, rules)
    assert [answer.outcome.outcome for answer in answers.values()] == [
        "Passed",
        "Passed",
        "Failed",
        "Failed",
        "Passed",
    ]
    assert answers['IsComplete "c1"'].rows == "PFP"


def test_ten_thousand_rules_are_read() -> None:
    rules = [f'ColumnValues "c{i}" < {i}' for i in range(10_000)]
    ruleset = parse("Rules = [\n" + ",\n".join(rules) + "\n]")
    assert [str(rule) for rule in ruleset.rules] == rules
