"""A job in the form of AWS Glue Studio's generated scripts, with every publishing option on."""

import sys

from pyspark.context import SparkContext

from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsglue.job import Job
from awsglue.transforms import SelectFromCollection
from awsglue.utils import getResolvedOptions
from awsgluedq.transforms import EvaluateDataQuality

args = getResolvedOptions(sys.argv, ["JOB_NAME", "bucket"])
glue_context = GlueContext(SparkContext())
spark = glue_context.spark_session
job = Job(glue_context)
job.init(args["JOB_NAME"], args)

rows = spark.createDataFrame([(1, "a"), (2, "b"), (3, None), (4, "d")], "id int, subject string")
source = DynamicFrame.fromDF(rows, glue_context, "source")
known = DynamicFrame.fromDF(spark.range(1, 9), glue_context, "known")

EvaluateDataQuality_node1736981880298_ruleset = """
    # Example rules: Completeness "colA" between 0.4 and 0.8, ColumnCount > 10
    Rules = [
        RowCount > 1,
        IsComplete "subject",
        ReferentialIntegrity "id" "known.id" = 1.0
    ]
    Analyzers = [ Mean "id" ]
"""
EvaluateDataQuality_node1736981880298 = EvaluateDataQuality().process_rows(
    frame=source,
    additional_data_sources={"known": known},
    ruleset=EvaluateDataQuality_node1736981880298_ruleset,
    publishing_options={
        "dataQualityEvaluationContext": "EvaluateDataQuality_node1736981880298",
        "enableDataQualityCloudWatchMetrics": True,
        "enableDataQualityResultsPublishing": True,
        "resultsS3Prefix": f"s3://{args['bucket']}/results",
    },
    additional_options={
        "observations.scope": "ALL",
        "performanceTuning.caching": "CACHE_NOTHING",
        "publishAggregatedMetrics.status": "ENABLED",
    },
)
row_level_outcomes = SelectFromCollection.apply(
    dfc=EvaluateDataQuality_node1736981880298,
    key="rowLevelOutcomes",
    transformation_ctx="rowLevelOutcomes",
)
failed = EvaluateDataQuality_node1736981880298[
    EvaluateDataQuality.DATA_QUALITY_RULE_OUTCOMES_KEY
].filter(lambda x: x["Outcome"] == "Failed")
assert failed.count() == 1, "IsComplete has to fail"
assert row_level_outcomes.toDF().where("DataQualityEvaluationResult = 'Failed'").count() == 1
job.commit()
