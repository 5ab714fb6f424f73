"""A Custom Transform node: a function from a collection to a collection, and its one result."""

import sys
from awsglue.transforms import *
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext
from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue.dynamicframe import DynamicFrameCollection
from awsglue.dynamicframe import DynamicFrame

# Script generated for node Custom Transform
def MyTransform (glueContext, dfc) -> DynamicFrameCollection:
    from pyspark.sql.functions import upper
    df = dfc.select(list(dfc.keys())[0]).toDF()
    loud = df.withColumn("title", upper(df["title"]))
    dyf = DynamicFrame.fromDF(loud, glueContext, "loud")
    return(DynamicFrameCollection({"CustomTransform0": dyf}, glueContext))

args = getResolvedOptions(sys.argv, ['JOB_NAME', 'bucket'])
sc = SparkContext()
glueContext = GlueContext(sc)
spark = glueContext.spark_session
job = Job(glueContext)
job.init(args['JOB_NAME'], args)

# Script generated for node AWS Glue Data Catalog
AWSGlueDataCatalog_node1 = glueContext.create_dynamic_frame.from_catalog(database="studio", table_name="movies", transformation_ctx="AWSGlueDataCatalog_node1")

# Script generated for node Filter
Filter_node2 = Filter.apply(frame=AWSGlueDataCatalog_node1, f=lambda row: (row["rating"] > 5 and bool(row["title"])), transformation_ctx="Filter_node2")

# Script generated for node Custom Transform
CustomTransform_node3 = MyTransform(glueContext, DynamicFrameCollection({"Filter_node2": Filter_node2}, glueContext))

# Script generated for node Select From Collection
SelectFromCollection_node4 = SelectFromCollection.apply(dfc=CustomTransform_node3, key=list(CustomTransform_node3.keys())[0], transformation_ctx="SelectFromCollection_node4")

# Script generated for node Split
SplitFields_node5 = SplitFields.apply(frame=SelectFromCollection_node4, paths=["id", "title"], name1="names", name2="numbers", transformation_ctx="SplitFields_node5")

# Script generated for node Amazon S3
AmazonS3_node6 = glueContext.write_dynamic_frame.from_options(frame=SplitFields_node5.select("names"), connection_type="s3", format="csv", connection_options={"path": f"s3://{args['bucket']}/loud/", "partitionKeys": []}, transformation_ctx="AmazonS3_node6")

job.commit()
