"""A few rows of Python's as a frame that needs no worker of Python to be read."""

from collections.abc import Sequence
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import StructType


def local_frame(
    spark: SparkSession, rows: Sequence[Sequence[Any]], schema: StructType
) -> DataFrame:
    """One partition with the rows, whose values are texts, numbers, None and dictionaries of them.

    `createDataFrame` sends rows through a process of Python, which takes a second to start for a
    first frame, and again for each one when workers are not kept.
    """
    jvm, gateway = spark._jvm, spark.sparkContext._gateway
    assert jvm is not None
    assert gateway is not None
    found = jvm.java.util.ArrayList()
    for row in rows:
        values = gateway.new_array(jvm.java.lang.Object, len(row))
        for i, value in enumerate(row):
            values[i] = _java(jvm, value)
        found.add(jvm.org.apache.spark.sql.RowFactory.create(values))
    kind = spark._jsparkSession.parseDataType(schema.json())
    return DataFrame(spark._jsparkSession.createDataFrame(found, kind), spark).coalesce(1)


def _java(jvm: Any, value: Any) -> Any:
    """A whole number as a long, which is what the schemas here have for it."""
    if isinstance(value, dict):
        entries = jvm.java.util.HashMap()
        for key, inner in value.items():
            entries.put(key, _java(jvm, inner))
        return entries
    return jvm.java.lang.Long(value) if isinstance(value, int) else value
