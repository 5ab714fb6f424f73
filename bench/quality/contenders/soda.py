"""Soda Core 3 on a Spark frame: the package soda-core-spark-df"""

import json
from collections.abc import Sequence

from pyspark.sql import DataFrame
from soda.scan import Scan

from bench.quality.cases import Rule

_SOURCE = "movies_source"


def outcomes(frame: DataFrame, rules: Sequence[Rule]) -> list[bool]:
    frame.createOrReplaceTempView("movies")
    scan = Scan()
    scan.disable_telemetry()
    scan.set_scan_definition_name("movies")
    scan.set_data_source_name(_SOURCE)
    scan.add_spark_session(frame.sparkSession, data_source_name=_SOURCE)
    # JSON is YAML, and needs no care with quotes.
    checks = [_check(f"rule-{i}", rule) for i, rule in enumerate(rules)]
    scan.add_sodacl_yaml_str(json.dumps({"checks for movies": checks}))
    scan.execute()
    if scan.has_error_logs():
        raise RuntimeError(scan.get_error_logs_text())
    found = {check["name"]: check["outcome"] for check in scan.get_scan_results()["checks"]}
    return [found[f"rule-{i}"] == "pass" for i in range(len(rules))]


def _check(name: str, rule: Rule) -> dict[str, dict[str, object]]:
    column, values = rule.column, list(rule.values)
    valid: dict[str, object] = {}
    match rule.kind:
        case "complete":
            return {f"missing_count({column}) = 0": _quiet(name, {})}
        case "completeness":
            missing = round(100 * (1 - rule.share), 6)
            return {f"missing_percent({column}) < {missing}": _quiet(name, {})}
        case "unique":
            return {f"duplicate_count({column}) = 0": _quiet(name, {})}
        case "between":
            valid = {"valid min": values[0], "valid max": values[1]}
        case "greater":
            valid = {"valid min": float(values[0]) + 1}  # whole numbers
        case "less":
            valid = {"valid max": values[0]}
        case "in":
            valid = {"valid values": values}
        case "not_in" | "not_equal":
            valid = {"invalid values": values}
        case "matches":
            valid = {"valid regex": rule.regex}
        case "length_at_most":
            valid = {"valid max length": values[0]}
    return {f"invalid_count({column}) = 0": _quiet(name, valid)}


def _quiet(name: str, valid: dict[str, object]) -> dict[str, object]:
    return {"name": name, "samples limit": 0, **valid}
