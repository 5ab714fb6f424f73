"""dqdl, by its own door."""

from collections.abc import Sequence

from pyspark.sql import DataFrame

from bench.quality.cases import Rule
from dqdl import EvaluationOptions, evaluate

RESULT = "DataQualityEvaluationResult"
ADDED = ("DataQualityRulesPass", "DataQualityRulesFail", "DataQualityRulesSkip", RESULT)


def ruleset(rules: Sequence[Rule]) -> str:
    return "Rules = [\n" + ",\n".join(rule.dqdl for rule in rules) + "\n]"


def split(frame: DataFrame, rules: Sequence[Rule], valid: str, rejected: str) -> None:
    evaluation = evaluate(frame, ruleset(rules), EvaluationOptions())
    evaluation.rule_outcomes_frame()
    write_split(evaluation.row_outcomes_frame(), valid, rejected)


def write_split(rows: DataFrame, valid: str, rejected: str) -> None:
    rows.where(f"{RESULT} = 'Passed'").drop(*ADDED).write.parquet(valid)
    rows.where(f"{RESULT} = 'Failed'").write.json(rejected)


def failures(_rules: Sequence[Rule]) -> tuple[str, str]:
    return "DataQualityRulesFail ARRAY<STRING>", "size(DataQualityRulesFail)"


def outcomes(frame: DataFrame, rules: Sequence[Rule]) -> list[bool]:
    evaluation = evaluate(frame, ruleset(rules), EvaluationOptions(row_outcomes=False))
    return [outcome.outcome == "Passed" for outcome in evaluation.outcomes]
