"""A Glue script that reads tables of databases; prints what it found as JSON, one line a source."""

import json
import sys

from pyspark.context import SparkContext

from awsglue.context import GlueContext
from awsglue.errors import GlueRuntimeError
from awsglue.job import Job
from awsglue.utils import getResolvedOptions

args = getResolvedOptions(sys.argv, ["JOB_NAME", "TempDir"])
glueContext = GlueContext(SparkContext())  # noqa: N816 - the name that every Glue script has
job = Job(glueContext)
job.init(args["JOB_NAME"], args)


def show(name, frame):
    data = frame.toDF()
    texts = data.selectExpr(
        *(f"cast(`{column}` AS string) AS `{column}`" for column in data.columns)
    )
    rows = sorted(map(list, texts.collect()), key=str)
    found = {"schema": data.schema.simpleString(), "rows": rows}
    sys.stdout.write(f"FOUND {name}: {json.dumps(found)}\n")


def refused(name, **options):
    try:
        glueContext.create_dynamic_frame.from_options("redshift", {**redshift, **options})
    except GlueRuntimeError as problem:
        sys.stdout.write(f"FOUND {name}: {json.dumps(f'{type(problem).__name__}: {problem}')}\n")


redshift = {
    "useConnectionProperties": "true",
    "connectionName": "read-redshift",
    "redshiftTmpDir": args["TempDir"],
    "aws_iam_role": "arn:aws:iam::000000000000:role/redshift",
}
create = glueContext.create_dynamic_frame
show("options", create.from_options("redshift", {**redshift, "dbtable": "reading.typed"}))
show(
    "query",
    create.from_options(
        connection_type="redshift",
        connection_options={
            **redshift,
            "query": "select d, t || '''s' as t from reading.typed where i = 7;",
        },
        transformation_ctx="query",
    ),
)
show(
    "empty",
    create.from_options(
        "redshift", {**redshift, "query": "select * from reading.typed where i = 9"}
    ),
)
show(
    "catalog",
    create.from_catalog(
        database="reading",
        table_name="dev_reading_typed",
        redshift_tmp_dir=args["TempDir"],
        additional_options={"aws_iam_role": "arn:aws:iam::000000000000:role/redshift"},
    ),
)
postgres = create.from_catalog(database="reading", table_name="postgres_typed")
show("postgresql", postgres)
refused("no table", dbtable="reading.nothing")
refused("bytes", query="select v from reading.bytes")
refused("no folder", dbtable="reading.typed", redshiftTmpDir="")
refused("both", dbtable="")
refused("DbUser", dbtable="reading.typed", DbUser="me")

# And back: over the same connection, in another order of columns.
glueContext.write_dynamic_frame.from_catalog(
    frame=postgres.select_fields(["t", "i"]), database="reading", table_name="postgres_copies"
)
glueContext.write_dynamic_frame.from_jdbc_conf(
    frame=postgres.select_fields(["t", "i"]),
    catalog_connection="read-postgres",
    connection_options={"dbtable": "reading.copies", "database": "dev"},
)
job.commit()
