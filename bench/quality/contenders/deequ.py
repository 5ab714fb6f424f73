"""Deequ's Check API in the JVM, called by py4j; PyDeequ is not needed."""

import os
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from pyspark.java_gateway import ensure_callback_server_started
from pyspark.sql import DataFrame, SparkSession

from bench.quality.cases import Rule

PACKAGE = "com.amazon.deequ:deequ:2.0.7-spark-3.5"
# A newer build, and what it needs besides Breeze, as jar files with commas between them.
JARS_VARIABLE = "BENCH_DEEQU_JARS"
_JARS = os.environ.get(JARS_VARIABLE, "")
_BREEZE = "org.scalanlp:breeze_2.12:2.1.0"
SETTINGS = (
    {"spark.jars": _JARS, "spark.jars.packages": _BREEZE}
    if _JARS
    else {"spark.jars.packages": PACKAGE}
)


def version() -> str:
    return _JARS or PACKAGE.rpartition(":")[2]


def split(frame: DataFrame, rules: Sequence[Rule], valid: str, rejected: str) -> None:
    spark = frame.sparkSession
    jvm = _jvm(spark)
    result = _verified(frame, rules)
    given = jvm.com.amazon.deequ.VerificationResult.rowLevelResultsAsDataFrame(
        spark._jsparkSession, result, frame._jdf
    )
    rows = DataFrame(given, spark)
    passed = " AND ".join(f"`{rule.dqdl}`" for rule in rules)
    rows.where(passed).select(*frame.columns).write.parquet(valid)
    outcomes = [f"`{rule.dqdl}`" for rule in rules]
    rows.where(f"NOT ({passed})").select(*frame.columns, *outcomes).write.json(rejected)


def failures(rules: Sequence[Rule]) -> tuple[str, str]:
    schema = ", ".join(f"`{rule.dqdl}` BOOLEAN" for rule in rules)
    return schema, " + ".join(f"int(NOT `{rule.dqdl}`)" for rule in rules)


def outcomes(frame: DataFrame, rules: Sequence[Rule]) -> list[bool]:
    results = _verified(frame, rules).checkResults()
    passed: dict[str, bool] = {}
    found = results.iterator()
    while found.hasNext():
        pair = found.next()
        passed[pair._1().description()] = pair._2().status().toString() == "Success"
    return [passed[rule.dqdl] for rule in rules]


def _verified(frame: DataFrame, rules: Sequence[Rule]) -> Any:
    spark = frame.sparkSession
    ensure_callback_server_started(spark.sparkContext._gateway)  # type: ignore[no-untyped-call]
    jvm = _jvm(spark)
    checks = [_check(jvm, rule) for rule in rules]
    suite = jvm.com.amazon.deequ.VerificationSuite().onData(frame._jdf)
    return suite.addChecks(jvm.PythonUtils.toSeq(checks)).run()


def _check(jvm: Any, rule: Rule) -> Any:
    """One Check with one constraint: its row results get the rule's text as their column."""
    deequ, nothing = jvm.com.amazon.deequ.checks, jvm.scala.Option.empty()
    one = deequ.Check.IsOne()
    check = deequ.Check(deequ.CheckLevel.Error(), rule.dqdl, jvm.PythonUtils.toSeq([]))
    match rule.kind:
        case "complete":
            return check.isComplete(rule.column, nothing, nothing)
        case "completeness":
            above = _ScalaFunction(lambda share: share > rule.share)
            return check.hasCompleteness(rule.column, above, nothing, nothing)
        case "unique":
            return check.isUnique(rule.column, nothing, nothing)
        case "between":
            low, high = (float(value) for value in rule.values)
            return check.isContainedIn(rule.column, low, high, False, False, nothing, nothing)
        case "matches":
            regex = jvm.scala.util.matching.Regex(rule.regex, jvm.PythonUtils.toSeq([]))
            return check.hasPattern(rule.column, regex, one, nothing, nothing, nothing)
        case _:
            return check.satisfies(
                rule.sql, rule.dqdl, one, nothing, getattr(check, "satisfies$default$5")(), nothing
            )


def _jvm(spark: SparkSession) -> Any:
    assert spark._jvm is not None
    return spark._jvm


class _ScalaFunction:
    """A Python function as the JVM's; called once for a metric, never for a row."""

    def __init__(self, function: Callable[[float], bool]) -> None:
        self._function = function

    def apply(self, value: float) -> bool:
        return self._function(value)

    class Java:
        implements: ClassVar = ["scala.Function1"]
