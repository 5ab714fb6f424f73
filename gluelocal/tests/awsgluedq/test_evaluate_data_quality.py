"""EvaluateDataQuality as a Glue job calls it, over the real awsglue."""

import pytest
from pyspark.sql import SparkSession

from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame, DynamicFrameCollection
from awsglue.transforms import SelectFromCollection
from awsgluedq.errors import UnsupportedOptionError
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
    ],
)
def test_an_unknown_option_or_value_names_the_valid_ones(
    frame: DynamicFrame, publishing: dict[str, object], additional: dict[str, object], message: str
) -> None:
    with pytest.raises(OptionError, match=message):
        EvaluateDataQuality().process_rows(frame, RULESET, publishing, additional)


@pytest.mark.parametrize(
    ("publishing", "additional"),
    [
        ({"enableDataQualityCloudWatchMetrics": True}, {}),
        ({"resultsS3Prefix": "s3://bucket/results"}, {}),
        ({}, {"publishAggregatedMetrics.status": "ENABLED"}),
    ],
)
def test_an_option_that_is_not_implemented_is_refused_by_name(
    frame: DynamicFrame, publishing: dict[str, object], additional: dict[str, object]
) -> None:
    (name,) = {**publishing, **additional}
    with pytest.raises(UnsupportedOptionError, match=name):
        EvaluateDataQuality().process_rows(frame, RULESET, publishing, additional)
    with pytest.raises(NotImplementedError):
        EvaluateDataQuality.apply(frame, RULESET, publishing, additional)


def test_a_bad_ruleset_is_refused_with_line_and_column(frame: DynamicFrame) -> None:
    with pytest.raises(DqdlSyntaxError, match=r"line 1:11 found 'IsComplet'"):
        EvaluateDataQuality().process_rows(frame=frame, ruleset='Rules = [ IsComplet "n" ]')
