"""Spark's refusals as reasons of a rule."""

from pyspark.errors import AnalysisException, ParseException

from dqdl.errors import RuleFailedError


def spark_problem(problem: AnalysisException) -> RuleFailedError:
    """Spark's message without the logical plan that follows it."""
    kind = "ParseException" if isinstance(problem, ParseException) else "AnalysisException"
    message = str(problem).split(";\n", 1)[0].split("\n\n", 1)[0].strip()
    return RuleFailedError(f"org.apache.spark.sql.{kind}: {message}")
