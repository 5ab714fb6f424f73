"""A Glue script as Glue Studio exports an upsert into Redshift: a staging table, then a MERGE.

`--form delete` takes the older form of the postactions. The two statements' texts are options of
one line, with BEGIN and END inside, as the visual editor writes them.
"""
# ruff: noqa: I001, N816, E501 - the visual editor's own form

import sys

from awsglue.transforms import *  # noqa: F403 - as Glue Studio writes it
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext
from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsglue.job import Job

args = getResolvedOptions(sys.argv, ["JOB_NAME", "TempDir", "form", "rows"])
sc = SparkContext()
glueContext = GlueContext(sc)
spark = glueContext.spark_session
job = Job(glueContext)
job.init(args["JOB_NAME"], args)

MERGE = "BEGIN; MERGE INTO upsert.movies USING upsert.movies_temp_3fa9c1 ON movies.snum = movies_temp_3fa9c1.snum WHEN MATCHED THEN UPDATE SET snum = movies_temp_3fa9c1.snum, title = movies_temp_3fa9c1.title, rating = movies_temp_3fa9c1.rating WHEN NOT MATCHED THEN INSERT VALUES (movies_temp_3fa9c1.snum, movies_temp_3fa9c1.title, movies_temp_3fa9c1.rating); DROP TABLE upsert.movies_temp_3fa9c1; END;"
DELETE = "BEGIN; DELETE FROM upsert.movies USING upsert.movies_temp_3fa9c1 WHERE movies_temp_3fa9c1.snum = movies.snum; INSERT INTO upsert.movies SELECT * FROM upsert.movies_temp_3fa9c1; DROP TABLE upsert.movies_temp_3fa9c1; END;"
BROKEN = "BEGIN; DELETE FROM upsert.movies; END; SELEC 1;"
FORMS = {"merge": MERGE, "delete": DELETE, "broken": BROKEN}

rows = spark.sql(
    "SELECT cast(col1 AS decimal(3,1)) AS rating, col2 AS title, col3 AS snum FROM VALUES "
    + args["rows"]
)
Source_node1 = DynamicFrame.fromDF(rows, glueContext, "Source_node1")

# Script generated for node Amazon Redshift
AmazonRedshift_node2 = glueContext.write_dynamic_frame.from_options(
    frame=Source_node1,
    connection_type="redshift",
    connection_options={
        "postactions": FORMS[args["form"]],
        "redshiftTmpDir": args["TempDir"],
        "useConnectionProperties": "true",
        "dbtable": "upsert.movies_temp_3fa9c1",
        "connectionName": "upsert-redshift",
        "preactions": "CREATE TABLE IF NOT EXISTS upsert.movies (snum INTEGER, title VARCHAR, rating DECIMAL(3,1)); DROP TABLE IF EXISTS upsert.movies_temp_3fa9c1; CREATE TABLE upsert.movies_temp_3fa9c1 (snum INTEGER, title VARCHAR, rating DECIMAL(3,1));",
        "aws_iam_role": "arn:aws:iam::000000000000:role/redshift",
    },
    transformation_ctx="AmazonRedshift_node2",
)

job.commit()
