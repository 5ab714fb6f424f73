"""A Glue script: catalog table in S3 -> mapping -> Redshift and S3; then loads that must fail.

Prints what happened as one JSON object on its last line.
"""

import json
import sys

from pyspark.context import SparkContext

from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsglue.errors import GlueRuntimeError
from awsglue.job import Job
from awsglue.transforms import *  # noqa: F403 - as Glue Studio writes it
from awsglue.transforms import ApplyMapping
from awsglue.utils import getResolvedOptions

args = getResolvedOptions(sys.argv, ["JOB_NAME", "TempDir", "bucket", "url"])
sc = SparkContext()
glueContext = GlueContext(sc)  # noqa: N816 - the name that every Glue script has
spark = glueContext.spark_session
job = Job(glueContext)
job.init(args["JOB_NAME"], args)
outcome: dict[str, object] = {}


def failure(frame: DynamicFrame, **options: str) -> str:
    try:
        glueContext.write_dynamic_frame.from_jdbc_conf(
            frame=frame,
            catalog_connection="redshift",
            connection_options=options,
            redshift_tmp_dir=args["TempDir"],
        )
    except GlueRuntimeError as problem:
        return f"{type(problem).__name__}: {problem}"
    return "no error"


source = glueContext.create_dynamic_frame.from_catalog(
    database="db", table_name="movies", transformation_ctx="source"
)
mapped = ApplyMapping.apply(
    frame=source,
    mappings=[
        ("rating", "double", "rating", "decimal(3,1)"),
        ("title", "string", "Title", "string"),
        ("year", "bigint", "year", "int"),
        ("seen", "timestamp", "seen", "timestamp"),
    ],
    transformation_ctx="mapped",
)
target = {"dbtable": "movies.films", "database": "dev"}
glueContext.write_dynamic_frame.from_jdbc_conf(
    frame=mapped,
    catalog_connection="redshift",
    connection_options={
        **target,
        "preactions": (
            "DROP TABLE IF EXISTS %s; "
            "CREATE TABLE %s (title varchar(40), year int, note varchar(20) default 'a;b', "
            "rating decimal(3,1), seen timestamp)"
        ),
        "postactions": "INSERT INTO movies.loads SELECT count(*), 'x;%%y' FROM %s;",
    },
    redshift_tmp_dir=args["TempDir"],
    transformation_ctx="sink",
)
# The same again by properties, as a table that is not there yet.
glueContext.write_dynamic_frame.from_options(
    frame=mapped,
    connection_type="redshift",
    connection_options={
        "useConnectionProperties": "true",
        "connectionName": "redshift",
        "dbtable": "movies.made",
        "redshiftTmpDir": args["TempDir"],
    },
)
# No rows: what comes before and after still runs.
empty = DynamicFrame.fromDF(mapped.toDF().filter("false"), glueContext, "empty")
glueContext.write_dynamic_frame.from_jdbc_conf(
    frame=empty,
    catalog_connection="redshift",
    connection_options={**target, "postactions": "INSERT INTO movies.loads VALUES (0, 'empty')"},
    redshift_tmp_dir=args["TempDir"],
)
long_title = DynamicFrame.fromDF(
    spark.sql("SELECT repeat('x', 41) AS title, 2000 AS year"), glueContext, "long"
)
outcome["too long"] = failure(
    long_title, **target, preactions="INSERT INTO movies.loads VALUES (9, 'gone')"
)
marked = DynamicFrame.fromDF(spark.sql("SELECT '@NULL@' AS title"), glueContext, "marked")
try:
    failure(marked, **target)
except Exception as problem:  # noqa: BLE001 - Spark's own error, which says why
    outcome["marker"] = str(problem)
outcome["no schema"] = failure(empty, dbtable="nowhere.films", database="dev")
outcome["bad postaction"] = failure(mapped, **target, postactions="SELEC 1")
outcome["wrong password"] = failure(empty, **target, password="wrong")

glueContext.write_dynamic_frame.from_options(
    frame=mapped,
    connection_type="s3",
    connection_options={"path": f"s3://{args['bucket']}/out/", "partitionKeys": ["year"]},
    format="json",
)
glueContext.purge_s3_path(f"s3://{args['bucket']}/old/", {"retentionPeriod": 0})
job.commit()
sys.stdout.write("\n" + json.dumps(outcome) + "\n")
