"""A catalog source with a predicate on its partitions, SQL Query, Aggregate, Union."""

import sys
from awsglue.transforms import *
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext
from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue import DynamicFrame
from pyspark.sql import functions as SqlFuncs

def sparkSqlQuery(glueContext, query, mapping, transformation_ctx) -> DynamicFrame:
    for alias, frame in mapping.items():
        frame.toDF().createOrReplaceTempView(alias)
    answer = spark.sql(query)
    return DynamicFrame.fromDF(answer, glueContext, transformation_ctx)
def sparkAggregate(glueContext, parentFrame, groups, aggs, transformation_ctx) -> DynamicFrame:
    columns = [function(column) for column, function in aggs]
    frame = parentFrame.toDF()
    answer = frame.groupBy(*groups).agg(*columns) if groups else frame.agg(*columns)
    return DynamicFrame.fromDF(answer, glueContext, transformation_ctx)
def sparkUnion(glueContext, unionType, mapping, transformation_ctx) -> DynamicFrame:
    for alias, frame in mapping.items():
        frame.toDF().createOrReplaceTempView(alias)
    answer = spark.sql("(select * from source1) UNION " + unionType + " (select * from source2)")
    return DynamicFrame.fromDF(answer, glueContext, transformation_ctx)

args = getResolvedOptions(sys.argv, ['JOB_NAME', 'bucket'])
sc = SparkContext()
glueContext = GlueContext(sc)
spark = glueContext.spark_session
job = Job(glueContext)
job.init(args['JOB_NAME'], args)

# Script generated for node AWS Glue Data Catalog
AWSGlueDataCatalog_node1 = glueContext.create_dynamic_frame.from_catalog(database="studio", push_down_predicate="year >= 1990", table_name="movies_by_year", transformation_ctx="AWSGlueDataCatalog_node1")

# Script generated for node SQL Query
SqlQuery0 = '''
select year, votes, title from myDataSource
where votes is not null
'''
SQLQuery_node2 = sparkSqlQuery(glueContext, query = SqlQuery0, mapping = {"myDataSource":AWSGlueDataCatalog_node1}, transformation_ctx = "SQLQuery_node2")

# Script generated for node Union
Union_node3 = sparkUnion(glueContext, unionType = "ALL", mapping = {"source1": SQLQuery_node2, "source2": SQLQuery_node2}, transformation_ctx = "Union_node3")

# Script generated for node Aggregate
Aggregate_node4 = sparkAggregate(glueContext, parentFrame = Union_node3, groups = ["year"], aggs = [["title", SqlFuncs.countDistinct], ["votes", SqlFuncs.sum]], transformation_ctx = "Aggregate_node4")

# Script generated for node Rename Field
RenameField_node5 = RenameField.apply(frame=Aggregate_node4, old_name="`sum(votes)`", new_name="votes", transformation_ctx="RenameField_node5")

# Script generated for node Select Fields
SelectFields_node6 = SelectFields.apply(frame=RenameField_node5, paths=["year", "votes"], transformation_ctx="SelectFields_node6")

# Script generated for node Amazon S3
AmazonS3_node7 = glueContext.write_dynamic_frame.from_options(frame=SelectFields_node6, connection_type="s3", format="csv", connection_options={"path": f"s3://{args['bucket']}/votes/", "partitionKeys": []}, transformation_ctx="AmazonS3_node7")

job.commit()
