"""sparkdq's batch engine: the package sparkdq"""

from collections.abc import Sequence
from typing import Any

from pyspark.sql import DataFrame
from sparkdq.checks.row_level.contained_checks.is_contained_in_check import (
    IsContainedInCheckConfig,
)
from sparkdq.checks.row_level.contained_checks.is_not_contained_in_check import (
    IsNotContainedInCheckConfig,
)
from sparkdq.checks.row_level.null_checks.null_check import NullCheckConfig
from sparkdq.checks.row_level.numeric_checks.numeric_between_check import NumericBetweenCheckConfig
from sparkdq.checks.row_level.numeric_checks.numeric_max_check import NumericMaxCheckConfig
from sparkdq.checks.row_level.numeric_checks.numeric_min_check import NumericMinCheckConfig
from sparkdq.checks.row_level.string_checks.max_length_check import StringMaxLengthCheckConfig
from sparkdq.checks.row_level.string_checks.regex_match_check import RegexMatchCheckConfig
from sparkdq.engine.batch.dq_engine import BatchDQEngine
from sparkdq.management.check_set import CheckSet

from bench.quality.cases import NULLABLE, Rule


def split(frame: DataFrame, rules: Sequence[Rule], valid: str, rejected: str) -> None:
    checks = CheckSet()
    for i, rule in enumerate(rules):
        checks.add_check(_check(f"rule-{i}", rule))
    result = BatchDQEngine(checks).run_batch(frame)
    result.pass_df().write.parquet(valid)
    result.fail_df().write.json(rejected)


def failures(_rules: Sequence[Rule]) -> tuple[str, str]:
    return "_dq_errors ARRAY<STRUCT<`check-id`: STRING>>", "size(_dq_errors)"


def _check(name: str, rule: Rule) -> Any:
    columns, values = [rule.column], rule.values
    match rule.kind:
        case "complete" | "completeness":
            return NullCheckConfig(check_id=name, columns=columns)
        case "between":
            return NumericBetweenCheckConfig(
                check_id=name, columns=columns, min_value=values[0], max_value=values[1]
            )
        case "greater":
            return NumericMinCheckConfig(check_id=name, columns=columns, min_value=values[0])
        case "less":
            return NumericMaxCheckConfig(check_id=name, columns=columns, max_value=values[0])
        case "length_at_most":
            return StringMaxLengthCheckConfig(
                check_id=name, column=rule.column, max_length=values[0]
            )
        case "matches":
            return _pattern(name, rule, rule.regex, null_fails=True)
        case "in" if rule.column not in NULLABLE:
            return IsContainedInCheckConfig(
                check_id=name, allowed_values={rule.column: list(values)}
            )
        case "not_in" | "not_equal" if rule.column not in NULLABLE:
            return IsNotContainedInCheckConfig(
                check_id=name, forbidden_values={rule.column: list(values)}
            )
        case "in":
            listed = "|".join(str(value) for value in values)
            return _pattern(name, rule, f"^(?:{listed.replace('+', '[+]')})$", null_fails=True)
        case "not_in" | "not_equal":
            listed = "|".join(str(value) for value in values)
            return _pattern(name, rule, f"^(?!(?:{listed})$)", null_fails=False)
        case _:
            raise ValueError(f"sparkdq has no row check for {rule}")


def _pattern(name: str, rule: Rule, pattern: str, null_fails: bool) -> Any:
    return RegexMatchCheckConfig(
        check_id=name, column=rule.column, pattern=pattern, treat_null_as_failure=null_fails
    )
