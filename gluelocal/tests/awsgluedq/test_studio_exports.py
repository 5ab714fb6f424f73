"""Every way in which public scripts call EvaluateDataQuality works; the ways are data."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from pyspark.sql import SparkSession

from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame, DynamicFrameCollection
from awsgluedq.transforms import EvaluateDataQuality

CASES = yaml.safe_load(
    Path(__file__).with_name("fixtures").joinpath("studio_exports.yaml").read_text()
)
COLUMNS = ["Rule", "Outcome", "FailureReason", "EvaluatedMetrics", "EvaluatedRule"]
COUNTS = ["PassedCount", "FailedCount", "SkippedCount", "TotalCount"]

pytestmark = pytest.mark.spark


@pytest.mark.parametrize("case", CASES, ids=[case["title"] for case in CASES])
def test_a_public_call_works_as_it_stands(
    case: dict[str, Any], spark: SparkSession, tmp_path: Path
) -> None:
    glue = GlueContext(spark.sparkContext)
    rows = [(1, "a"), (2, "b"), (3, None), (4, "d")]
    data = spark.createDataFrame(rows, "id int, subject string")
    arguments: dict[str, Any] = {
        "frame": DynamicFrame.fromDF(data, glue, "source"),
        "ruleset": case["ruleset"],
    }
    for name in ("publishing_options", "additional_options"):
        if name in case:
            arguments[name] = in_folder(case[name], tmp_path)
    if "sources" in case:
        ids = spark.range(1, 5)
        arguments["additional_data_sources"] = {
            alias: DynamicFrame.fromDF(ids, glue, alias) for alias in case["sources"]
        }

    if case["call"] == "apply":
        outcomes = EvaluateDataQuality.apply(**arguments)
        assert isinstance(outcomes, DynamicFrame)
    else:
        collected = EvaluateDataQuality().process_rows(**arguments)
        assert isinstance(collected, DynamicFrameCollection)
        assert collected.keys() == case["outputs"]
        assert collected["rowLevelOutcomes"].count() == len(rows)
        outcomes = collected[EvaluateDataQuality.DATA_QUALITY_RULE_OUTCOMES_KEY]

    frame = outcomes.toDF()
    assert frame.columns == [*COLUMNS, *(COUNTS if case.get("counted") else [])]
    judged = {row["Rule"]: row["Outcome"] for row in frame.collect()}
    assert judged
    assert set(judged.values()) <= {"Passed", "Failed"}
    prefix = arguments["publishing_options"].get("resultsS3Prefix", "")
    if prefix:
        (file,) = Path(prefix.removeprefix("file:")).glob("year=*/month=*/day=*/dqresult-*.json")
        written = [json.loads(line) for line in file.read_text().splitlines()]
        assert {line["rule"]: line["outcome"] for line in written} == judged


def in_folder(options: dict[str, Any], folder: Path) -> dict[str, Any]:
    return {
        name: value.replace("{folder}", str(folder)) if isinstance(value, str) else value
        for name, value in options.items()
    }
