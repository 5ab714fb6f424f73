"""The few things that planning asks a Spark session for; none of them runs a job."""

from pyspark.errors import AnalysisException, IllegalArgumentException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from dqdl import sql
from dqdl.errors import RuleFailedError
from dqdl.problems import spark_problem


def setting(spark: SparkSession, key: str) -> bool:
    return str(spark.conf.get(key)).lower() == "true"


class FilterCheck:
    """Whether Spark takes a text as a filter of the frame, and as one of an aggregate."""

    def __init__(self, frame: DataFrame) -> None:
        self._frame = frame
        self._found: dict[str, RuleFailedError | None] = {}

    def __call__(self, where: str) -> None:
        """RuleFailedError with Spark's reason when it does not; each text is tried once."""
        if where not in self._found:
            self._found[where] = self._refusal(where)
        refusal = self._found[where]
        if refusal is not None:
            raise refusal

    def _refusal(self, where: str) -> RuleFailedError | None:
        try:
            self._frame.where(F.expr(where))
            self._frame.agg(F.expr(sql.filtered("count(1)", where)))
        except AnalysisException as problem:
            return spark_problem(problem)
        return None


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
