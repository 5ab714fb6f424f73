"""Spark's refusals as reasons of a rule."""

from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]
from pyspark.errors import AnalysisException, ParseException, PySparkException

from dqdl.errors import RuleFailedError


def spark_problem(problem: AnalysisException) -> RuleFailedError:
    """Spark's message without the logical plan that follows it."""
    kind = "ParseException" if isinstance(problem, ParseException) else "AnalysisException"
    message = str(problem).split(";\n", 1)[0].split("\n\n", 1)[0].strip()
    return RuleFailedError(f"org.apache.spark.sql.{kind}: {message}")


def computing_problem(problem: Py4JJavaError | PySparkException) -> RuleFailedError:
    """What was raised while rows were computed, without the stack of the executor."""
    cause = getattr(problem, "java_exception", None)
    while cause is not None and cause.getCause() is not None:
        cause = cause.getCause()
    message = str(problem) if cause is None else str(cause.toString())
    return RuleFailedError(message.split("\n\tat ", 1)[0].split("\n\n", 1)[0].strip())
