"""A plain Spark job: CSV files in S3 -> Parquet in S3, and nothing else.

The least that any job on these rows does. It prints its seconds as one line of JSON.
"""

import json
import sys
import time

started = time.monotonic()

from pyspark.sql import SparkSession  # noqa: E402 - its import is a part of the start

from awsglue.utils import getResolvedOptions  # noqa: E402

# As the crawler types the columns, so that nobody pays for guessing.
SCHEMA = (
    "Series_Title STRING, Released_Year STRING, Certificate STRING, Runtime STRING, Genre STRING, "
    "IMDB_Rating DOUBLE, Meta_score BIGINT, Director STRING, Star1 STRING, Star2 STRING, "
    "Star3 STRING, Star4 STRING, No_of_Votes BIGINT, Gross STRING"
)

arguments = getResolvedOptions(sys.argv, ["source_path", "target_path"])
spark = SparkSession.builder.getOrCreate()
begun = time.monotonic()
rows = spark.read.schema(SCHEMA).csv(arguments["source_path"], header=True, escape='"')
rows.write.parquet(arguments["target_path"])
ended = time.monotonic()
print(json.dumps({"start Spark": begun - started, "copy": ended - begun}))
