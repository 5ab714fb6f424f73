"""Results as JSON files under resultsS3Prefix, through Spark's file systems.

AWS Glue Developer Guide, "Setting up alerts, deployments, and scheduling", section "Querying data
quality results": folders year=, month= and day=, and in each file one JSON object a line, a rule
each, with catalogId, databaseName, tableName, dqRunId, evaluationStartedOn, evaluationCompletedOn,
rule, outcome, failureReason and evaluatedMetrics. The files' names, and what the catalog's four
fields hold for a job, are not documented: they are NULL here but dqRunId, the job run's id; and
evaluationContext, jobName and resultId are added.
"""

import json
import re
from datetime import UTC, datetime
from typing import Any

from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from awsgluedq.account import JobRun
from awsgluedq.errors import PublishingError
from awsgluedq.result import Result, numbers

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:/")


def write(spark: SparkSession, prefix: str, result: Result, run: JobRun | None) -> str:
    """Writes one file and returns its path; PublishingError with Hadoop's reason when it cannot.

    The prefix is a URL, or an absolute path of Spark's default file system; anything else is a
    bucket with an optional prefix, as in AWS's example.
    """
    path = location(prefix, result)
    text = "".join(json.dumps(line, allow_nan=False) + "\n" for line in lines(result, run))
    jvm: Any = spark._jvm
    try:
        target = jvm.org.apache.hadoop.fs.Path(path)
        files = target.getFileSystem(spark._jsc.hadoopConfiguration())
        stream = files.create(target, False)
        try:
            stream.write(bytearray(text.encode()))
        finally:
            stream.close()
    except (Py4JJavaError, PySparkException) as problem:
        # Java's message without its stack trace, where Spark has not cut that off already.
        java = getattr(problem, "java_exception", None)
        reason = problem if java is None else java.toString()
        raise PublishingError(
            f"resultsS3Prefix {prefix!r}: cannot write {path}: {reason}"
        ) from problem
    return path


def location(prefix: str, result: Result) -> str:
    base = prefix if _URL.match(prefix) or prefix.startswith("/") else f"s3://{prefix}"
    day = result.completed.astimezone(UTC)
    folder = f"year={day:%Y}/month={day:%m}/day={day:%d}"
    return f"{base.rstrip('/')}/{folder}/{result.result_id}.json"


def lines(result: Result, run: JobRun | None) -> list[dict[str, Any]]:
    """One object a rule."""
    about = {
        "catalogId": None,
        "databaseName": None,
        "tableName": None,
        "dqRunId": run.run_id if run else None,
        "evaluationContext": result.context,
        "jobName": run.job_name if run else None,
        "resultId": result.result_id,
        "evaluationStartedOn": _moment(result.started),
        "evaluationCompletedOn": _moment(result.completed),
    }
    return [
        {
            **about,
            "rule": outcome.rule,
            "outcome": outcome.outcome,
            "failureReason": outcome.failure_reason,
            "evaluatedMetrics": numbers(outcome.evaluated_metrics),
        }
        for outcome in result.evaluation.outcomes
    ]


def _moment(moment: datetime) -> str:
    """The form that Athena reads as a timestamp, UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
