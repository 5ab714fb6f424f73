"""Source, Evaluate Data Quality, Conditional Router, Change Schema, and two targets."""

import sys
from awsglue.transforms import *
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext
from awsglue.context import GlueContext
from awsglue.job import Job
from awsgluedq.transforms import EvaluateDataQuality
from awsglue.dynamicframe import DynamicFrameCollection
from awsglue.dynamicframe import DynamicFrame
import concurrent.futures
import re

class GroupFilter:
    def __init__(self, name, filters):
        self.name = name
        self.filters = filters

def apply_group_filter(source_DyF, group):
    return(Filter.apply(frame = source_DyF, f = group.filters))

def threadedRoute(glue_ctx, source_DyF, group_filters) -> DynamicFrameCollection:
    routed = {}
    with concurrent.futures.ThreadPoolExecutor(max_workers = len(group_filters)) as pool:
        waiting = {pool.submit(apply_group_filter, source_DyF, group): group for group in group_filters}
        for future in concurrent.futures.as_completed(waiting):
            group = waiting[future]
            if future.exception() is not None:
                print('%r generated an exception: %s' % (group, future.exception()))
            else:
                routed[group.name] = future.result()
    return DynamicFrameCollection(routed, glue_ctx)

args = getResolvedOptions(sys.argv, ['JOB_NAME', 'TempDir', 'bucket'])
sc = SparkContext()
glueContext = GlueContext(sc)
spark = glueContext.spark_session
job = Job(glueContext)
job.init(args['JOB_NAME'], args)

# Script generated for node AWS Glue Data Catalog
AWSGlueDataCatalog_node1700000000001 = glueContext.create_dynamic_frame.from_catalog(database="studio", table_name="movies", transformation_ctx="AWSGlueDataCatalog_node1700000000001")

# Script generated for node Evaluate Data Quality
EvaluateDataQuality_node1700000000002_ruleset = """
    # Example rules: Completeness "colA" between 0.4 and 0.8, ColumnCount > 10
    Rules = [
        ColumnLength "title" > 0,
        ColumnValues "rating" > 5
    ]
"""

EvaluateDataQuality_node1700000000002 = EvaluateDataQuality().process_rows(frame=AWSGlueDataCatalog_node1700000000001, ruleset=EvaluateDataQuality_node1700000000002_ruleset, publishing_options={"dataQualityEvaluationContext": "EvaluateDataQuality_node1700000000002", "enableDataQualityCloudWatchMetrics": True, "enableDataQualityResultsPublishing": True}, additional_options={"dataQualityResultsPublishing.strategy":"BEST_EFFORT","observations.scope":"ALL","performanceTuning.caching":"CACHE_NOTHING"})

# Script generated for node rowLevelOutcomes
rowLevelOutcomes_node1700000000003 = SelectFromCollection.apply(dfc=EvaluateDataQuality_node1700000000002, key="rowLevelOutcomes", transformation_ctx="rowLevelOutcomes_node1700000000003")

# Script generated for node Conditional Router
ConditionalRouter_node1700000000004 = threadedRoute(glueContext,
  source_DyF = rowLevelOutcomes_node1700000000003,
  group_filters = [GroupFilter(name = "failed_records", filters = lambda row: (bool(re.match("Failed", row["DataQualityEvaluationResult"])))), GroupFilter(name = "default_group", filters = lambda row: (not(bool(re.match("Failed", row["DataQualityEvaluationResult"])))))])

# Script generated for node failed_records
failed_records_node1700000000005 = SelectFromCollection.apply(dfc=ConditionalRouter_node1700000000004, key="failed_records", transformation_ctx="failed_records_node1700000000005")

# Script generated for node default_group
default_group_node1700000000006 = SelectFromCollection.apply(dfc=ConditionalRouter_node1700000000004, key="default_group", transformation_ctx="default_group_node1700000000006")

# Script generated for node Change Schema
ChangeSchema_node1700000000007 = ApplyMapping.apply(frame=default_group_node1700000000006, mappings=[("id", "long", "movie_id", "int"), ("title", "string", "title", "varchar"), ("rating", "double", "rating", "decimal")], transformation_ctx="ChangeSchema_node1700000000007")

# Script generated for node Amazon S3
AmazonS3_node1700000000008 = glueContext.write_dynamic_frame.from_options(frame=failed_records_node1700000000005, connection_type="s3", format="json", connection_options={"path": f"s3://{args['bucket']}/rejected/", "partitionKeys": []}, transformation_ctx="AmazonS3_node1700000000008")

# Script generated for node Amazon Redshift
AmazonRedshift_node1700000000009 = glueContext.write_dynamic_frame.from_options(frame=ChangeSchema_node1700000000007, connection_type="redshift", connection_options={"redshiftTmpDir": args["TempDir"], "useConnectionProperties": "true", "dbtable": "studio.good_movies", "connectionName": "studio-redshift", "preactions": "CREATE TABLE IF NOT EXISTS studio.good_movies (movie_id INTEGER, title VARCHAR, rating DECIMAL(10,2)); TRUNCATE TABLE studio.good_movies;"}, transformation_ctx="AmazonRedshift_node1700000000009")

job.commit()
