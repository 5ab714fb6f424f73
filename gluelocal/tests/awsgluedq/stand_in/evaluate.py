"""A job on another `awsglue` than ours; prints what it found as JSON."""

import json
import sys
from typing import Any

from pyspark.sql import SparkSession

import awsglue
from awsglue.dynamicframe import DynamicFrame
from awsgluedq.transforms import EvaluateDataQuality

RULES = 'Rules = [ IsComplete "name", ReferentialIntegrity "id" "other.id" = 1.0 ]'

spark = (
    SparkSession.builder.master("local[2]")
    .config("spark.ui.enabled", "false")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.sql.shuffle.partitions", "2")
    .getOrCreate()
)
glue_ctx: Any = object()
frame = DynamicFrame.fromDF(
    spark.sql("SELECT * FROM VALUES (1, 'a'), (2, null) AS t(id, name)"), glue_ctx, "rows"
)
other = DynamicFrame.fromDF(spark.range(5), glue_ctx, "other")
applied = EvaluateDataQuality.apply(frame, RULES, additional_data_sources={"other": other})
collected = EvaluateDataQuality().process_rows(
    frame, RULES, additional_data_sources={"other": other}
)
rows = collected["rowLevelOutcomes"].toDF().orderBy("id").collect()
names = collected.keys()
found = {
    "awsglue": awsglue.__file__,
    "kinds": sorted({type(collected[key]).__module__ for key in names}),
    "same_context": applied.glue_ctx is glue_ctx,
    "keys": sorted(names),
    "outcomes": [row["Outcome"] for row in applied.toDF().collect()],
    "rows": [row["DataQualityEvaluationResult"] for row in rows],
}
sys.stdout.write(f"FOUND {json.dumps(found)}\n")
spark.stop()
