"""Every case of fixtures/rules/*.yaml: one file a rule type, one evaluation a group.

A file is a list of groups. A group has a frame (columns with types, rows), optional options (the
fields of EvaluationOptions), sources (further frames by alias) and history (the metrics of earlier
evaluations, oldest first), and cases: rule, outcome, evaluated_rule of a dynamic rule, and where it
matters reason (a line or a list of lines) or reason_starts (where Spark or Java words the rest),
metrics, rows (a letter a row: P passed, F failed, S skipped) and text, the canonical rule.
`differs` says why a case expects what the documentation says and not what the public port answers.
`select` in a frame makes its columns from those given, for types that YAML has not.
"""

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from pyspark.sql import DataFrame, Row, SparkSession

from dqdl import EvaluationOptions, evaluate, parse
from dqdl.history import HistoryRecord, MemoryHistory
from dqdl.results import RuleOutcome
from dqdl.rules import rule_types

FIXTURES = Path(__file__).with_name("fixtures") / "rules"
LETTERS = {"P": "DataQualityRulesPass", "F": "DataQualityRulesFail", "S": "DataQualityRulesSkip"}


class Case(NamedTuple):
    file: str
    group: int
    number: int
    case: dict[str, Any]


@cache
def groups(file: str) -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = yaml.safe_load((FIXTURES / file).read_text(encoding="utf-8"))
    return loaded


def all_cases() -> Iterator[Any]:
    for path in sorted(FIXTURES.glob("*.yaml")):
        for group_number, group in enumerate(groups(path.name)):
            for number, case in enumerate(group["cases"]):
                identity = f"{path.stem}-{group_number}-{case['rule']}"
                yield pytest.param(Case(path.name, group_number, number, case), id=identity)


def frame_of(spark: SparkSession, described: dict[str, Any]) -> DataFrame:
    names = [name.replace("`", "``") for name in described["columns"]]
    kinds = described["columns"].values()
    schema = ", ".join(f"`{name}` {kind}" for name, kind in zip(names, kinds, strict=True))
    rows = [tuple(row) for row in described["rows"] or []]
    # One partition: doubles add up in one order, so that a last digit is the same in each run.
    frame = spark.createDataFrame(rows, schema).coalesce(1)
    return frame.selectExpr(*described["select"]) if "select" in described else frame


def history_of(metrics: list[dict[str, float]]) -> MemoryHistory:
    """A store that holds these metrics in the default context, oldest first."""
    history = MemoryHistory()
    for measured in metrics:
        moment = datetime(2024, 1, 1, tzinfo=UTC)
        numbers = {name: float(value) for name, value in measured.items()}
        history.record(HistoryRecord(EvaluationOptions().context, moment, numbers))
    return history


class Answer(NamedTuple):
    outcomes: dict[str, RuleOutcome]
    letters: dict[str, str]


def key_of(row: Row, columns: list[str]) -> tuple[str, ...]:
    """What tells a row from the others; equal rows have equal outcomes."""
    return tuple(repr(row[column]) for column in columns)


@pytest.fixture(scope="module")
def answers() -> dict[tuple[str, int], Answer]:
    return {}


def answer(
    spark: SparkSession, answers: dict[tuple[str, int], Answer], file: str, number: int
) -> Answer:
    if (file, number) in answers:
        return answers[file, number]
    group = groups(file)[number]
    frame = frame_of(spark, group["frame"])
    texts = ",\n".join(case["rule"] for case in group["cases"])
    history = history_of(group.get("history", []))
    options = EvaluationOptions(history=history, **group.get("options", {}))
    sources = {alias: frame_of(spark, other) for alias, other in group.get("sources", {}).items()}
    evaluation = evaluate(frame, parse(f"Rules = [\n{texts}\n]"), options, sources)
    before = [key_of(row, frame.columns) for row in frame.collect()]
    judged = evaluation.row_outcomes_frame()
    assert judged.columns == [*frame.columns, *LETTERS.values(), "DataQualityEvaluationResult"]
    after = judged.collect()
    assert sorted(before) == sorted(key_of(row, frame.columns) for row in after)
    by_key = {key_of(row, frame.columns): row for row in after}
    letters = {}
    for outcome in evaluation.outcomes:
        letters[outcome.rule] = "".join(
            letter
            for key in before
            for letter, column in LETTERS.items()
            if outcome.rule in by_key[key][column]
        )
    for row in after:
        failed = bool(row["DataQualityRulesFail"])
        assert row["DataQualityEvaluationResult"] == ("Failed" if failed else "Passed")
    answers[file, number] = Answer({o.rule: o for o in evaluation.outcomes}, letters)
    return answers[file, number]


@pytest.mark.spark
@pytest.mark.parametrize("case", list(all_cases()))
def test_rule_case_gives_outcome_reason_metrics_and_rows(
    spark: SparkSession, answers: dict[tuple[str, int], Answer], case: Case
) -> None:
    found = answer(spark, answers, case.file, case.group)
    expected = case.case
    (rule,) = parse(f"Rules = [ {expected['rule']} ]").rules
    text = str(rule)
    if "text" in expected:
        assert text == expected["text"]
    outcome = found.outcomes[text]
    assert (outcome.outcome, outcome.failure_reason) == (
        expected["outcome"],
        outcome.failure_reason if "reason" not in expected else reason_of(expected),
    )
    assert outcome.evaluated_rule == expected.get("evaluated_rule")
    if "reason_starts" in expected:
        assert str(outcome.failure_reason).startswith(expected["reason_starts"])
    if expected["outcome"] == "Passed" and "reason" not in expected and " OR " not in text:
        assert outcome.failure_reason is None
    if "metrics" in expected:
        assert set(outcome.evaluated_metrics) == set(expected["metrics"])
        for name, value in expected["metrics"].items():
            assert math.isclose(
                outcome.evaluated_metrics[name], value, rel_tol=1e-12, abs_tol=1e-12
            ) or (math.isnan(value) and math.isnan(outcome.evaluated_metrics[name])), name
    if "rows" in expected:
        assert found.letters[text] == expected["rows"]


def reason_of(expected: dict[str, Any]) -> str | None:
    reason = expected["reason"]
    return "\n".join(reason) if isinstance(reason, list) else reason


def test_every_rule_type_that_can_be_evaluated_has_a_fixture_file() -> None:
    evaluated = {t.plan.__module__.rsplit(".", 1)[-1] for t in rule_types().values() if t.plan}
    # Cases of rules on files describe files: test_file_rules has them.
    described = [*FIXTURES.glob("*.yaml"), *FIXTURES.with_name("files").glob("*.yaml")]
    assert evaluated <= {path.stem for path in described}
