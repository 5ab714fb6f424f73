"""What a job run tells the local account, and what happens when the account does not listen."""

import json
import math
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, cast

import botocore.session
import pytest
from botocore.validate import ParamValidator
from pyspark.sql import SparkSession

from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsgluedq.account import JobRun
from awsgluedq.errors import PublishingError
from awsgluedq.result import Result, as_api, new_result_id
from awsgluedq.transforms import EvaluateDataQuality
from dqdl.anomalies import Observation
from dqdl.distributions import Distribution
from dqdl.results import AnalyzerOutcome, Evaluation, RuleOutcome
from dqdl.rowoutcomes import RowCounts, RowTotals

STARTED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
COMPLETED = datetime(2026, 1, 2, 3, 4, 15, tzinfo=UTC)
BEST_EFFORT = {"dataQualityResultsPublishing.strategy": "BEST_EFFORT"}


def result(totals: RowTotals | None = None, **parts: Any) -> Result:
    """A result of these outcomes; its frames are never looked at."""
    evaluation = Evaluation(original=cast(Any, None), rows=cast(Any, None), **parts)
    return Result("dqresult-" + 40 * "a", "nightly", STARTED, COMPLETED, evaluation, totals)


FULL = result(
    RowTotals(7, 3, (RowCounts(7, 3, 0), RowCounts(0, 0, 10))),
    outcomes=[
        RuleOutcome(
            'IsComplete "n"',
            "Failed",
            "Value: 0.7 does not meet the constraint requirement!",
            {"Column.n.Completeness": 0.7},
            labels={"team": "films"},
        ),
        RuleOutcome("RowCount > last()", "Passed", None, {"Dataset.*.RowCount": 10.0}, "x"),
    ],
    analyzers=[
        AnalyzerOutcome('Mean "n"', {"Column.n.Mean": 4.5}),
        AnalyzerOutcome('Mean "m"', {}, "Input data does not include column m!"),
        AnalyzerOutcome(
            'Distribution "n" with bins = 2',
            evaluated_distributions={
                "Column.n.Distribution": Distribution("int", ("0.0", "5.0", "10.0"), (7, 3))
            },
        ),
    ],
    observations=[
        Observation("too many", "Dataset.*.RowCount", 10.0, 5.0, 4.0, 6.0, ("RowCount < 7",))
    ],
)


def test_a_result_has_the_api_s_shape() -> None:
    service = botocore.session.get_session().get_service_model("glue")
    shape = service.operation_model("GetDataQualityResult").output_shape
    described = as_api(FULL)
    report = ParamValidator().validate(described, shape)
    assert not report.has_errors(), report.generate_report()
    # Every field that an evaluation in a job can have; the run's names are added on the way.
    assert set(shape.members) - set(described) == {
        "DataSource",
        "JobName",
        "JobRunId",
        "ProfileId",
        "RulesetEvaluationRunId",
    }


def test_a_result_says_what_the_evaluation_found() -> None:
    described = as_api(FULL)
    assert described["Score"] == 0.5
    assert (described["StartedOn"], described["CompletedOn"]) == (1767323045.0, 1767323055.0)
    failed, passed = described["RuleResults"]
    assert failed == {
        "Name": "Rule_1",
        "Description": 'IsComplete "n"',
        "Result": "FAIL",
        "EvaluationMessage": "Value: 0.7 does not meet the constraint requirement!",
        "EvaluatedMetrics": {"Column.n.Completeness": 0.7},
        "Labels": {"team": "films"},
        "RuleMetrics": {
            "RowsPassed": 7,
            "RowsFailed": 3,
            "RowsSkipped": 0,
            "TotalRowsProcessed": 10,
        },
    }
    assert (passed["Name"], passed["Result"], passed["EvaluatedRule"]) == ("Rule_2", "PASS", "x")
    assert "EvaluationMessage" not in passed
    assert described["AnalyzerResults"] == [
        {
            "Name": "Analyzer_1",
            "Description": 'Mean "n"',
            "EvaluatedMetrics": {"Column.n.Mean": 4.5},
        },
        {
            "Name": "Analyzer_2",
            "Description": 'Mean "m"',
            "EvaluatedMetrics": {},
            "EvaluationMessage": "Input data does not include column m!",
        },
        {
            "Name": "Analyzer_3",
            "Description": 'Distribution "n" with bins = 2',
            "EvaluatedMetrics": {},
            "EvaluatedDistributions": {
                "Column.n.Distribution": {
                    "BinEdges": ["0.0", "5.0", "10.0"],
                    "Count": [7, 3],
                    "DataType": "int",
                }
            },
        },
    ]
    assert described["Observations"] == [
        {
            "Description": "too many",
            "MetricBasedObservation": {
                "MetricName": "Dataset.*.RowCount",
                "MetricValues": {
                    "ActualValue": 10.0,
                    "ExpectedValue": 5.0,
                    "LowerLimit": 4.0,
                    "UpperLimit": 6.0,
                },
                "NewRules": ["RowCount < 7"],
            },
        }
    ]
    assert described["AggregatedMetrics"] == {
        "TotalRowsProcessed": 10,
        "TotalRowsPassed": 7,
        "TotalRowsFailed": 3,
        "TotalRulesProcessed": 2,
        "TotalRulesPassed": 1,
        "TotalRulesFailed": 1,
    }


def test_what_was_not_asked_for_is_left_out() -> None:
    described = as_api(result(outcomes=[RuleOutcome("RowCount > 0", "Passed")]))
    assert not {"AnalyzerResults", "Observations", "AggregatedMetrics"} & set(described)
    assert set(described["RuleResults"][0]) == {"Name", "Description", "Result", "EvaluatedMetrics"}


def test_the_score_is_not_rounded() -> None:
    outcomes = [RuleOutcome(str(i), "Passed" if i else "Failed") for i in range(3)]
    assert as_api(result(outcomes=outcomes))["Score"] == 0.6666666666666666


def test_numbers_that_json_lacks_are_texts() -> None:
    metrics = {"a": math.nan, "b": math.inf, "c": -math.inf, "d": 1.5}
    described = as_api(result(outcomes=[RuleOutcome("x", "Failed", None, metrics)]))
    assert described["RuleResults"][0]["EvaluatedMetrics"] == {
        "a": "NaN",
        "b": "Infinity",
        "c": "-Infinity",
        "d": 1.5,
    }
    json.dumps(described, allow_nan=False)


def test_result_ids_look_like_glue_s_and_differ() -> None:
    ids = {new_result_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(len(one) == 49 and one.startswith("dqresult-") for one in ids)


class _Listener(HTTPServer):
    """Stands for the account: keeps what it is told, and answers with `status` and `said`."""

    status = 200
    said = b"{}"

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.heard: list[tuple[str, dict[str, Any]]] = []


class _Handler(BaseHTTPRequestHandler):
    server: _Listener

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.heard.append((self.headers["X-Amz-Target"], body))
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(self.server.said)))
        self.end_headers()
        self.wfile.write(self.server.said)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing is logged."""


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Iterator[_Listener]:
    """An account that listens, with the environment of a job run in it."""
    server = _Listener()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    in_a_job_run(monkeypatch, f"http://127.0.0.1:{server.server_port}")
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def in_a_job_run(monkeypatch: pytest.MonkeyPatch, endpoint: str) -> None:
    monkeypatch.setenv("GLUELOCAL_DQ_ENDPOINT", endpoint)
    monkeypatch.setenv("GLUELOCAL_JOB_NAME", "load")
    monkeypatch.setenv("GLUELOCAL_JOB_RUN_ID", "jr_1")


@pytest.fixture
def frame(spark: SparkSession) -> DynamicFrame:
    glue = GlueContext(spark.sparkContext)
    return DynamicFrame.fromDF(spark.range(3), glue, "source")


def test_outside_of_a_job_run_there_is_nobody_to_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    assert JobRun.current() is None
    monkeypatch.setenv("GLUELOCAL_DQ_ENDPOINT", "http://127.0.0.1:1")
    assert JobRun.current() is None


def test_a_job_run_is_known_by_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    in_a_job_run(monkeypatch, "http://127.0.0.1:1")
    assert JobRun.current() == JobRun("http://127.0.0.1:1", "load", "jr_1")


@pytest.mark.spark
@pytest.mark.parametrize(
    ("publishing", "told"),
    [
        ({}, [(True, False)]),
        ({"enableDataQualityCloudWatchMetrics": True}, [(True, True)]),
        (
            {
                "enableDataQualityCloudWatchMetrics": True,
                "enableDataQualityResultsPublishing": False,
            },
            [(False, True)],
        ),
        ({"enableDataQualityResultsPublishing": False}, []),
    ],
)
def test_the_options_say_what_the_account_is_told(
    frame: DynamicFrame,
    listener: _Listener,
    publishing: dict[str, object],
    told: list[tuple[bool, bool]],
) -> None:
    EvaluateDataQuality.apply(frame, "Rules = [ RowCount = 3 ]", publishing)
    assert [(body["Keep"], body["CloudWatchMetrics"]) for _, body in listener.heard] == told
    for target, body in listener.heard:
        assert target == "AWSGlue.GluelocalPublishDataQualityResult"
        published = body["Result"]
        assert (published["JobName"], published["JobRunId"]) == ("load", "jr_1")
        assert published["EvaluationContext"] == published["RulesetName"] == "default_context"
        assert [rule["Result"] for rule in published["RuleResults"]] == ["PASS"]


def test_a_proxy_of_the_environment_is_not_asked(
    listener: _Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    run = JobRun.current()
    assert run is not None
    run.publish(as_api(FULL), keep=True, metrics=False)
    assert len(listener.heard) == 1


def test_a_refusal_is_told_in_the_account_s_words(listener: _Listener) -> None:
    listener.status, listener.said = 500, b'{"message": "the disk is full"}'
    run = JobRun.current()
    assert run is not None
    with pytest.raises(PublishingError, match=r"the disk is full.*BEST_EFFORT"):
        run.publish(as_api(FULL), keep=True, metrics=False)


@pytest.mark.spark
def test_an_account_that_is_gone_fails_the_evaluation_unless_best_effort_is_asked_for(
    frame: DynamicFrame, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        in_a_job_run(monkeypatch, f"http://127.0.0.1:{free.getsockname()[1]}")
        ruleset = "Rules = [ RowCount = 3 ]"
        with pytest.raises(PublishingError, match=r"account at http://127\.0\.0\.1.*refused"):
            EvaluateDataQuality.apply(frame, ruleset)
        outcomes = EvaluateDataQuality.apply(frame, ruleset, {}, BEST_EFFORT)
        assert [row["Outcome"] for row in outcomes.toDF().collect()] == ["Passed"]
        assert "did not take the data quality results" in caplog.text


@pytest.mark.spark
@pytest.mark.parametrize(("scope", "observed"), [("ALL", ["Dataset.*.RowCount"]), ("NONE", [])])
def test_observations_are_published_when_they_are_in_scope(
    spark: SparkSession,
    listener: _Listener,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    scope: str,
    observed: list[str],
) -> None:
    monkeypatch.setenv("GLUELOCAL_DQ_HISTORY", str(tmp_path))
    glue = GlueContext(spark.sparkContext)
    # Three results of 100 rows are what an anomaly is measured by; 900 rows are one.
    for rows in (100, 100, 100, 900):
        EvaluateDataQuality.apply(
            DynamicFrame.fromDF(spark.range(rows), glue, "source"),
            "Rules = [ ColumnCount = 1 ] Analyzers = [ RowCount ]",
            additional_options={"observations.scope": scope},
        )
    found = [body["Result"].get("Observations", []) for _, body in listener.heard]
    assert found[:3] == [[], [], []]
    described = [one["MetricBasedObservation"] for one in found[3]]
    assert [one["MetricName"] for one in described] == observed
    assert [one["MetricValues"]["ActualValue"] for one in described] == [900.0] * len(observed)
