"""A job in the form of AWS Glue Studio's scripts: new files of a catalog table and of a folder."""

import sys

from pyspark.context import SparkContext

from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue.transforms import ApplyMapping
from awsglue.utils import getResolvedOptions

args = getResolvedOptions(sys.argv, ["JOB_NAME", "target", "prices", "fail"])
sc = SparkContext()
glueContext = GlueContext(sc)  # noqa: N816 - Studio's name
spark = glueContext.spark_session
job = Job(glueContext)
job.init(args["JOB_NAME"], args)

# Script generated for node Sales
Sales_node1 = glueContext.create_dynamic_frame.from_catalog(
    database="bookmarks", table_name="sales", transformation_ctx="Sales_node1"
)

# Script generated for node Prices
Prices_node2 = glueContext.create_dynamic_frame.from_options(
    format_options={"withHeader": True},
    connection_type="s3",
    format="csv",
    connection_options={"paths": [args["prices"]], "recurse": True},
    transformation_ctx="Prices_node2",
)

# Script generated for node Change Schema
ChangeSchema_node3 = ApplyMapping.apply(
    frame=Sales_node1,
    mappings=[("id", "bigint", "id", "bigint"), ("day", "string", "day", "string")],
    transformation_ctx="ChangeSchema_node3",
)

# Script generated for node Sales in Amazon S3
AmazonS3_node4 = glueContext.write_dynamic_frame.from_options(
    frame=ChangeSchema_node3,
    connection_type="s3",
    format="json",
    connection_options={"path": f"{args['target']}sales/", "partitionKeys": []},
    transformation_ctx="AmazonS3_node4",
)

# Script generated for node Prices in Amazon S3
AmazonS3_node5 = glueContext.write_dynamic_frame.from_options(
    frame=Prices_node2,
    connection_type="s3",
    format="json",
    connection_options={"path": f"{args['target']}prices/", "partitionKeys": []},
    transformation_ctx="AmazonS3_node5",
)

if args["fail"] == "yes":
    raise ValueError("the load broke off before its commit")
job.commit()
