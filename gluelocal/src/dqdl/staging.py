"""Keeps a frame between the jobs that read it, so that its source is read and parsed once."""

from pyspark import StorageLevel
from pyspark.sql import DataFrame


def staged(frame: DataFrame) -> DataFrame:
    """The same rows and columns in the same order, computed by the first job that reads them.

    Spark's own binary rows are kept in the executors' memory, and on their disks where memory is
    short. That costs less than Spark's columnar cache, a shuffle or a copy in files
    (docs/benchmarks.md). What is lost with an executor is computed again, and all is freed when
    nothing refers to the frame any more.
    """
    # A local checkpoint is the one way to have Spark copy and keep its rows, which it reuses.
    kept = frame.localCheckpoint(eager=False)
    jvm = frame.sparkSession._jvm
    assert jvm is not None
    rows = kept._jdf.queryExecution().logical().rdd()
    # Of the checkpoint itself nothing is wanted: it would cut the lineage after the first job, and
    # then a lost executor would be the end of the evaluation.
    getattr(rows, "checkpointData_$eq")(jvm.scala.Option.empty())
    return kept


def is_kept(frame: DataFrame) -> bool:
    """Whether its user has cached the frame."""
    return frame.storageLevel != StorageLevel.NONE
