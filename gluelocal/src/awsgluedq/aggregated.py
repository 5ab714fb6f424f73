"""The frame `aggregatedMetrics`: one row of totals.

Names and order: AWS Glue Developer Guide, "Evaluating data quality for ETL jobs in AWS Glue
Studio", section "Aggregated Metrics". The guide shows whole numbers and no types; bigint is ours.
"""

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import LongType, StructField, StructType

from awsgluedq.result import Result
from dqdl.localrows import local_frame
from dqdl.rowoutcomes import RowTotals

_COLUMNS = (
    "TotalRowsProcessed",
    "PassedRows",
    "FailedRows",
    "TotalRulesProcessed",
    "RulesPassed",
    "RulesFailed",
)


def aggregated_metrics(spark: SparkSession, result: Result, totals: RowTotals) -> DataFrame:
    row = (
        totals.passed + totals.failed,
        totals.passed,
        totals.failed,
        len(result.evaluation.outcomes),
        result.passed,
        result.failed,
    )
    schema = StructType([StructField(name, LongType()) for name in _COLUMNS])
    return local_frame(spark, [row], schema)
