"""Keeps a frame between the jobs that read it, so that its source is read and parsed once."""

from pyspark import StorageLevel
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from dqdl.masks import FLAG_PREFIX

# Rows stay together in runs of this many, so that a small frame keeps its order.
_ROWS_A_RUN = 10_000
_RUN = FLAG_PREFIX + "run"


def staged(frame: DataFrame) -> DataFrame:
    """The same rows and columns, computed once and kept as a shuffle on the executors' disks.

    Spark writes its own binary rows there, for a fraction of what parsing them cost, while its
    columnar cache doubles that cost (docs/benchmarks.md). Unlike a checkpoint a shuffle keeps the
    lineage, so what is lost with an executor is computed again; unlike the cache it takes no heap
    and is freed when nothing refers to the frame any more.
    """
    spark = frame.sparkSession
    run = F.expr(f"monotonically_increasing_id() DIV {_ROWS_A_RUN}")
    shuffled = frame.withColumn(_RUN, run).repartition(F.col(_RUN))
    rows = shuffled._jdf.queryExecution().toRdd()
    # The one way to make a frame of Spark's own rows; private to Spark by its Scala name only.
    kept = spark._jsparkSession.internalCreateDataFrame(rows, shuffled._jdf.schema(), False)
    return DataFrame(kept, spark).drop(_RUN)


def is_kept(frame: DataFrame) -> bool:
    """Whether its user has cached the frame."""
    return frame.storageLevel != StorageLevel.NONE
