"""Rules on a DynamicFrame, whoever's `awsglue` made it: AWS's own in its image, or gluelocal's.

Only Glue's public interface is used, and the fixture `glue_context`.
"""

import pytest

from awsglue.dynamicframe import DynamicFrame
from awsglue.transforms import SelectFromCollection
from awsgluedq.transforms import EvaluateDataQuality

RULES = """
    Rules = [
        RowCount = 3,
        IsComplete "title",
        ColumnValues "rating" between 0 and 10.1
    ]
"""


@pytest.fixture(scope="module")
def evaluated(glue_context):
    rows = [("Heat", 8.3), (None, 7.9), ("Cats", 11.0)]
    frame = glue_context.spark_session.createDataFrame(rows, "title string, rating double")
    return EvaluateDataQuality().process_rows(
        frame=DynamicFrame.fromDF(frame, glue_context, "films"),
        ruleset=RULES,
        publishing_options={"dataQualityEvaluationContext": "films"},
    )


def test_each_rule_has_its_outcome(evaluated):
    outcomes = SelectFromCollection.apply(evaluated, key="ruleOutcomes").toDF().collect()
    assert {row["Rule"]: row["Outcome"] for row in outcomes} == {
        "RowCount = 3": "Passed",
        'IsComplete "title"': "Failed",
        'ColumnValues "rating" between 0 and 10.1': "Failed",
    }


def test_each_row_says_whether_it_passed(evaluated):
    rows = SelectFromCollection.apply(evaluated, key="rowLevelOutcomes").toDF().collect()
    judged = {row["rating"]: row["DataQualityEvaluationResult"] for row in rows}
    assert judged == {8.3: "Passed", 7.9: "Failed", 11.0: "Failed"}
