"""The same task in the shape that public copies of this pipeline have.

Nothing is kept, so the source is read three times: for the rules, for the rows that passed and for
those that failed. Rows go into the database by INSERT statements, and nobody counts them. It prints
its seconds by step as one line of JSON.
"""

import json
import sys
import time
from urllib.parse import urlsplit

import boto3
from pyspark.context import SparkContext
from pyspark.sql import functions as F

from awsglue.context import GlueContext
from awsglue.transforms import SelectFromCollection
from awsglue.utils import getResolvedOptions
from awsgluedq.transforms import EvaluateDataQuality

arguments = getResolvedOptions(
    sys.argv, ["catalog", "source", "ruleset", "rejects", "connection", "target"]
)
seconds: dict[str, float] = {}
begun = time.monotonic()


def lap(name: str) -> None:
    """The seconds since the last lap."""
    global begun
    now = time.monotonic()
    seconds[name], begun = now - begun, now


glue = GlueContext(SparkContext.getOrCreate())
lap("start Spark")

place = urlsplit(arguments["ruleset"])
ruleset = boto3.client("s3").get_object(Bucket=place.netloc, Key=place.path[1:])["Body"].read()
rows = glue.create_dynamic_frame.from_catalog(
    database=arguments["catalog"], table_name=arguments["source"]
)
results = EvaluateDataQuality().process_rows(
    frame=rows,
    ruleset=ruleset.decode(),
    publishing_options={"dataQualityEvaluationContext": "naive"},
    additional_options={"performanceTuning.caching": "CACHE_NOTHING"},
)
judged = SelectFromCollection.apply(dfc=results, key="rowLevelOutcomes").toDF()
SelectFromCollection.apply(dfc=results, key="ruleOutcomes").toDF().collect()
lap("evaluate rules")

failed = judged.filter(F.col("DataQualityEvaluationResult") == "Failed")
failed.write.mode("append").json(arguments["rejects"])
lap("write rejects")

passed = judged.filter(F.col("DataQualityEvaluationResult") == "Passed").select(
    "series_title",
    F.col("released_year").cast("int"),
    "certificate",
    F.regexp_replace("runtime", " min", "").cast("int").alias("runtime"),
    "genre",
    F.col("imdb_rating").cast("decimal(3,1)"),
    F.col("meta_score").cast("int"),
    "director",
    "star1",
    "star2",
    "star3",
    "star4",
    "no_of_votes",
    F.regexp_replace("gross", ",", "").cast("bigint").alias("gross"),
)
connection = glue.extract_jdbc_conf(arguments["connection"])
passed.write.jdbc(
    connection["fullUrl"].replace("jdbc:redshift:", "jdbc:postgresql:"),
    arguments["target"],
    mode="append",
    properties={
        "user": connection["user"],
        "password": connection["password"],
        "driver": "org.postgresql.Driver",
    },
)
lap("insert")
print(json.dumps(seconds))
