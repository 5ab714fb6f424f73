"""A few rows of Python's as a frame that needs no worker of Python to be read."""

from collections.abc import Sequence
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import LongType, StringType, StructField, StructType


def local_frame(
    spark: SparkSession, rows: Sequence[Sequence[Any]], schema: StructType
) -> DataFrame:
    """One partition with the rows: texts, longs, None, and dictionaries of texts or of doubles.

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
            # The gateway makes an Integer of a small number, whatever is asked of it.
            values[i] = str(value) if isinstance(value, int) else _java(jvm, value)
        found.add(jvm.org.apache.spark.sql.RowFactory.create(values))
    kinds = StructType([StructField(f.name, _carrier(f), f.nullable) for f in schema.fields])
    java_schema = spark._jsparkSession.parseDataType(kinds.json())
    frame = DataFrame(spark._jsparkSession.createDataFrame(found, java_schema), spark)
    columns = [F.col(f.name).cast(f.dataType).alias(f.name) for f in schema.fields]
    return frame.select(*columns).coalesce(1)


def _carrier(field: StructField) -> Any:
    return StringType() if isinstance(field.dataType, LongType) else field.dataType


def _java(jvm: Any, value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    entries = jvm.java.util.HashMap()
    for key, inner in value.items():
        entries.put(key, inner)
    return entries
