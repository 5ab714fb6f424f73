"""dqdl, by the door that a Glue job uses."""

from collections.abc import Sequence

from pyspark.sql import DataFrame

from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsgluedq.transforms import EvaluateDataQuality
from bench.quality.cases import Rule
from bench.quality.contenders import dqdl_evaluate

failures = dqdl_evaluate.failures


def split(frame: DataFrame, rules: Sequence[Rule], valid: str, rejected: str) -> None:
    glue = GlueContext(frame.sparkSession.sparkContext)
    results = EvaluateDataQuality().process_rows(
        frame=DynamicFrame.fromDF(frame, glue, "movies"),
        ruleset=dqdl_evaluate.ruleset(rules),
        publishing_options={"dataQualityEvaluationContext": "movies"},
    )
    rows = results.select("rowLevelOutcomes").toDF()
    dqdl_evaluate.write_split(rows, valid, rejected)
