"""cuallee's checks on PySpark: the package cuallee"""

from collections.abc import Sequence
from typing import Any

from cuallee import Check, CheckLevel
from pyspark.sql import DataFrame

from bench.quality.cases import Rule


def outcomes(frame: DataFrame, rules: Sequence[Rule]) -> list[bool]:
    check = Check(CheckLevel.WARNING, "movies")
    for rule in rules:
        _add(check, rule)
    found = sorted(check.validate(frame).collect(), key=lambda row: row.id)
    return [row.status == "PASS" for row in found]


def _add(check: Any, rule: Rule) -> None:
    column, values = rule.column, rule.values
    match rule.kind:
        case "complete" | "completeness":
            check.is_complete(column, pct=rule.share)
        case "unique":
            check.is_unique(column)
        case "between":
            check.is_between(column, values)
        case "greater":
            check.is_greater_than(column, values[0])
        case "less":
            check.is_less_than(column, values[0])
        case "in":
            check.is_contained_in(column, values)
        case "not_in":
            check.not_contained_in(column, values)
        case "matches":
            check.has_pattern(column, rule.regex)
        case _:
            check.satisfies(column, rule.sql)
