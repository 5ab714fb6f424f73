"""The few things that planning asks a Spark session for; none of them runs a job."""

from pyspark.errors import AnalysisException, IllegalArgumentException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from dqdl.errors import RuleFailedError
from dqdl.measuring import spark_problem


def setting(spark: SparkSession, key: str) -> bool:
    return str(spark.conf.get(key)).lower() == "true"


def check_filter(frame: DataFrame, where: str) -> None:
    """RuleFailedError unless Spark takes the text as a filter, and as a column beside others."""
    try:
        frame.where(F.expr(where))
        frame.select(F.expr(where))
    except AnalysisException as problem:
        raise spark_problem(problem) from problem


class JavaRegex:
    """Java's regular expressions, the ones that Spark and Glue use."""

    def __init__(self, spark: SparkSession) -> None:
        self._spark = spark

    def find(self, pattern: str, text: str) -> bool:
        """Whether the pattern is found in the text; RuleFailedError for an invalid pattern."""
        jvm = self._spark._jvm
        assert jvm is not None
        try:
            compiled = jvm.java.util.regex.Pattern.compile(pattern)
        except IllegalArgumentException as problem:
            raise RuleFailedError(str(problem)) from problem
        return bool(compiled.matcher(text).find())
