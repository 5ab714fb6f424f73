"""EvaluateDataQuality as a Glue job calls it, over the real awsglue."""

from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame, DynamicFrameCollection
from awsglue.transforms import SelectFromCollection
from awsgluedq.errors import ArgumentTypeError, PublishingError, UnsupportedOptionError
from awsgluedq.transforms import EvaluateDataQuality
from dqdl.errors import DqdlSyntaxError, OptionError

RULESET = 'Rules = [ IsComplete "n", RowCount > 1 ]'

pytestmark = pytest.mark.spark


@pytest.fixture
def frame(spark: SparkSession) -> DynamicFrame:
    glue = GlueContext(spark.sparkContext)
    data = spark.createDataFrame([(1, "a"), (2, None), (3, "c")], "id int, n string")
    return DynamicFrame.fromDF(data, glue, "source")


def test_process_rows_gives_the_three_frames(frame: DynamicFrame) -> None:
    results = EvaluateDataQuality().process_rows(
        frame=frame,
        ruleset=RULESET,
        publishing_options={
            "dataQualityEvaluationContext": "check",
            "enableDataQualityCloudWatchMetrics": False,
            "enableDataQualityResultsPublishing": True,
        },
        additional_options={
            "performanceTuning.caching": "CACHE_NOTHING",
            "observations.scope": "ALL",
        },
    )
    assert isinstance(results, DynamicFrameCollection)
    assert set(results.keys()) == {"ruleOutcomes", "rowLevelOutcomes", "originalData"}
    outcomes = SelectFromCollection.apply(dfc=results, key="ruleOutcomes").toDF().collect()
    assert [(row["Rule"], row["Outcome"]) for row in outcomes] == [
        ('IsComplete "n"', "Failed"),
        ("RowCount > 1", "Passed"),
    ]
    rows = SelectFromCollection.apply(dfc=results, key="rowLevelOutcomes").toDF()
    assert rows.columns == [
        "id",
        "n",
        "DataQualityRulesPass",
        "DataQualityRulesFail",
        "DataQualityRulesSkip",
        "DataQualityEvaluationResult",
    ]
    found = {row["id"]: row["DataQualityEvaluationResult"] for row in rows.collect()}
    assert found == {1: "Passed", 2: "Failed", 3: "Passed"}
    original = SelectFromCollection.apply(dfc=results, key="originalData").toDF()
    assert original.count() == 3


def test_apply_gives_the_rule_outcomes(frame: DynamicFrame) -> None:
    outcomes = EvaluateDataQuality.apply(frame=frame, ruleset=RULESET)
    assert isinstance(outcomes, DynamicFrame)
    assert [row["Outcome"] for row in outcomes.toDF().collect()] == ["Failed", "Passed"]


def test_filtered_rows_can_be_skipped(frame: DynamicFrame) -> None:
    results = EvaluateDataQuality().process_rows(
        frame=frame,
        ruleset='Rules = [ IsComplete "n" where "id > 1" ]',
        additional_options={"rowLevelConfiguration.filteredRowLabel": "SKIPPED"},
    )
    rows = SelectFromCollection.apply(dfc=results, key="rowLevelOutcomes").toDF().collect()
    skipped = {row["id"] for row in rows if row["DataQualityRulesSkip"]}
    assert skipped == {1}


@pytest.mark.parametrize(
    ("publishing", "additional", "message"),
    [
        ({"dataQualityContext": "x"}, {}, "valid: dataQualityEvaluationContext"),
        ({"enableDataQualityResultsPublishing": "yes"}, {}, "takes a bool"),
        ({}, {"performanceTuning.cache": "CACHE_INPUT"}, "valid: compositeRuleEvaluation.method"),
        ({}, {"performanceTuning.caching": "CACHE_ALL"}, "valid: CACHE_NOTHING, CACHE_INPUT"),
        ({}, {"compositeRuleEvaluation.method": "row"}, "valid: ROW, COLUMN"),
        ({}, {"publishAggregatedMetrics.status": True}, "valid: ENABLED, DISABLED"),
        ({}, {"dataQualityResultsPublishing.strategy": "NEVER"}, "valid: BEST_EFFORT"),
        ({"resultsS3Prefix": None}, {}, "takes a str"),
    ],
)
def test_an_unknown_option_or_value_names_the_valid_ones(
    frame: DynamicFrame, publishing: dict[str, object], additional: dict[str, object], message: str
) -> None:
    with pytest.raises(OptionError, match=message):
        EvaluateDataQuality().process_rows(frame, RULESET, publishing, additional)


def test_an_option_that_is_not_implemented_is_refused_by_name(frame: DynamicFrame) -> None:
    options = {"publishToDataCatalogTarget": {"DatabaseName": "d", "TableName": "t"}}
    with pytest.raises(UnsupportedOptionError, match="publishToDataCatalogTarget"):
        EvaluateDataQuality().process_rows(frame, RULESET, options)
    with pytest.raises(NotImplementedError):
        EvaluateDataQuality.apply(frame, RULESET, options)


def test_a_bad_ruleset_is_refused_with_line_and_column(frame: DynamicFrame) -> None:
    with pytest.raises(DqdlSyntaxError, match=r"line 1:11 found 'IsComplet'"):
        EvaluateDataQuality().process_rows(frame=frame, ruleset='Rules = [ IsComplet "n" ]')


@pytest.mark.parametrize("ruleset", ["", "   ", "Rules = []", "# nothing"])
def test_an_empty_ruleset_is_refused(frame: DynamicFrame, ruleset: str) -> None:
    with pytest.raises(DqdlSyntaxError):
        EvaluateDataQuality.apply(frame=frame, ruleset=ruleset)


def test_a_data_frame_is_refused_with_the_way_to_wrap_it(frame: DynamicFrame) -> None:
    rows: Any = frame.toDF()
    with pytest.raises(ArgumentTypeError, match=r"frame is a pyspark\.sql.*fromDF") as caught:
        EvaluateDataQuality.apply(frame=rows, ruleset=RULESET)
    assert isinstance(caught.value, OptionError)
    assert isinstance(caught.value, TypeError)
    with pytest.raises(ArgumentTypeError, match=r"additional_data_sources\['r'\] is a pyspark"):
        EvaluateDataQuality.apply(frame, RULESET, additional_data_sources={"r": rows})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"frame": None}, "frame is a builtins.NoneType; it takes a DynamicFrame"),
        ({"ruleset": None}, "ruleset is a NoneType"),
        ({"publishing_options": "on"}, "publishing_options is a str"),
        ({"additional_options": None}, "additional_options is a NoneType"),
        ({"additional_data_sources": []}, "additional_data_sources is a list"),
    ],
)
def test_an_argument_of_the_wrong_kind_is_named(
    frame: DynamicFrame, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(ArgumentTypeError, match=message):
        EvaluateDataQuality().process_rows(**{"frame": frame, "ruleset": RULESET, **arguments})


def test_aggregated_metrics_count_rows_and_rules(frame: DynamicFrame) -> None:
    results = EvaluateDataQuality().process_rows(
        frame=frame,
        ruleset='Rules = [ IsComplete "n", RowCount > 1, ColumnValues "id" > 1 where "id < 3" ]',
        additional_options={
            "publishAggregatedMetrics.status": "ENABLED",
            "rowLevelConfiguration.filteredRowLabel": "SKIPPED",
        },
    )
    outcomes = results["ruleOutcomes"].toDF()
    assert outcomes.columns[5:] == ["PassedCount", "FailedCount", "SkippedCount", "TotalCount"]
    assert {kind for _, kind in outcomes.dtypes[5:]} == {"bigint"}
    assert [tuple(row)[5:] for row in outcomes.collect()] == [
        (2, 1, 0, 3),
        (0, 0, 3, 3),
        (1, 1, 1, 3),
    ]
    totals = results["aggregatedMetrics"].toDF()
    assert totals.dtypes == [
        ("TotalRowsProcessed", "bigint"),
        ("PassedRows", "bigint"),
        ("FailedRows", "bigint"),
        ("TotalRulesProcessed", "bigint"),
        ("RulesPassed", "bigint"),
        ("RulesFailed", "bigint"),
    ]
    assert [tuple(row) for row in totals.collect()] == [(3, 1, 2, 3, 1, 2)]


def test_a_place_that_cannot_be_written_is_named(frame: DynamicFrame, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    prefix = f"file:{tmp_path}/file"
    with pytest.raises(PublishingError, match=f"resultsS3Prefix 'file:{tmp_path}/file'.*cannot"):
        EvaluateDataQuality.apply(frame, RULESET, {"resultsS3Prefix": prefix})


def test_metrics_that_go_nowhere_are_said_in_the_log(
    frame: DynamicFrame, caplog: pytest.LogCaptureFixture
) -> None:
    EvaluateDataQuality.apply(
        frame,
        RULESET,
        {"enableDataQualityCloudWatchMetrics": True, "dataQualityEvaluationContext": "here"},
    )
    assert "here: no CloudWatch metrics and no event" in caplog.text
    caplog.clear()
    EvaluateDataQuality.apply(frame, RULESET)
    assert caplog.text == ""


def test_history_is_kept_where_the_environment_says_and_by_context(
    frame: DynamicFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GLUELOCAL_DQ_HISTORY", str(tmp_path))
    ruleset = "Rules = [ RowCount > last() ]"

    def judged(context: str) -> list[str]:
        frame_ = EvaluateDataQuality.apply(
            frame, ruleset, {"dataQualityEvaluationContext": context}
        )
        return [row["Outcome"] for row in frame_.toDF().collect()]

    # No history counts as 0; then the three rows are not more than three.
    assert judged("first") == ["Passed"]
    assert judged("first") == ["Failed"]
    assert judged("second") == ["Passed"]
    kept = sorted(folder.name.rsplit("-", 1)[0] for folder in tmp_path.iterdir())
    assert kept == ["first", "second"]


def test_a_prefix_that_hadoop_does_not_know_is_named(frame: DynamicFrame) -> None:
    prefix = "nowhere://bucket/results"
    with pytest.raises(PublishingError, match=f"'{prefix}'.*No FileSystem for scheme") as caught:
        EvaluateDataQuality.apply(frame, RULESET, {"resultsS3Prefix": prefix})
    assert "\n" not in str(caught.value)


def test_a_prefix_without_a_scheme_is_a_bucket(frame: DynamicFrame) -> None:
    with pytest.raises(PublishingError, match="cannot write s3://amzn-s3-demo-bucket1/year="):
        EvaluateDataQuality.apply(frame, RULESET, {"resultsS3Prefix": "amzn-s3-demo-bucket1"})
