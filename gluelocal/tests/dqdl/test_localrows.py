"""Rows of Python's as a frame: what comes back is what was given, in one partition."""

import math

import pytest
from pyspark.sql import SparkSession
from pyspark.sql.types import DoubleType, LongType, MapType, StringType, StructType

from dqdl.localrows import local_frame

pytestmark = pytest.mark.spark

SCHEMA = (
    StructType()
    .add("text", StringType())
    .add("metrics", MapType(StringType(), DoubleType(), valueContainsNull=False))
    .add("count", LongType())
)
ROWS = [
    ('Rowcount > 0, said "so"', {"Dataset.*.RowCount": 1e-7, "b": math.inf}, 2**62),
    ("Amélie 映画\n\U0001f3ac", {}, -1),
    (None, {"x": -0.0}, 3),
]


def test_values_and_types_come_back_as_given(spark: SparkSession) -> None:
    frame = local_frame(spark, ROWS, SCHEMA)
    assert frame.schema == SCHEMA
    assert [tuple(row) for row in frame.collect()] == ROWS
    assert frame.rdd.getNumPartitions() == 1


def test_nan_stays_nan_and_no_rows_are_an_empty_frame(spark: SparkSession) -> None:
    (row,) = local_frame(spark, [("x", {"m": math.nan}, 1)], SCHEMA).collect()
    assert math.isnan(row["metrics"]["m"])
    assert local_frame(spark, [], SCHEMA).collect() == []


def test_no_worker_of_python_is_needed(spark: SparkSession) -> None:
    plan = local_frame(spark, ROWS, SCHEMA)._jdf.queryExecution().executedPlan().toString()
    assert "LocalTableScan" in plan
    assert "ExistingRDD" not in plan
