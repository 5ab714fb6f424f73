"""A job that evaluates data quality as AWS Glue Studio's scripts do, run in the local account."""

import json
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("scripts") / "studio_export.py"
CONTEXT = "EvaluateDataQuality_node1736981880298"


@pytest.fixture
def quality_events(local_account):
    """Waits for an event of AWS Glue Data Quality on a queue that a rule feeds."""
    sqs, events = local_account.client("sqs"), local_account.client("events")
    name = f"quality-{uuid.uuid4().hex[:8]}"
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    pattern = {
        "source": ["aws.glue-dataquality"],
        "detail-type": ["Data Quality Evaluation Results Available"],
        "detail": {"context": {"jobName": ["studio_export"]}, "state": ["FAILED"]},
    }
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    target = {"Id": "queue", "Arn": arn["Attributes"]["QueueArn"]}
    events.put_targets(Rule=name, Targets=[target])

    def wait(seconds=10.0):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1)
            if messages := received.get("Messages"):
                return json.loads(messages[0]["Body"])
            time.sleep(0.05)
        raise AssertionError(f"no event within {seconds} s")

    yield wait
    events.remove_targets(Rule=name, Ids=["queue"])
    events.delete_rule(Name=name)
    sqs.delete_queue(QueueUrl=url)


@pytest.mark.spark
@pytest.mark.slow
def test_a_studio_export_publishes_its_results_metrics_event_and_files(
    local_account, run_job, quality_events
):
    s3, glue = local_account.client("s3"), local_account.client("glue")
    bucket = f"quality-{uuid.uuid4().hex[:8]}"
    s3.create_bucket(Bucket=bucket)
    began = datetime.now(UTC)
    ended = run_job(SCRIPT, bucket=bucket)
    assert ended.state == "SUCCEEDED", ended.logs

    # The result, by the job's name, its run, and its time.
    (listed,) = glue.list_data_quality_results(
        Filter={"JobName": "studio_export", "JobRunId": ended.run_id, "StartedAfter": began}
    )["Results"]
    assert set(listed) == {"ResultId", "JobName", "JobRunId", "StartedOn"}
    result = glue.get_data_quality_result(ResultId=listed["ResultId"])
    assert result["RulesetName"] == result["EvaluationContext"] == CONTEXT
    assert (result["JobName"], result["JobRunId"]) == ("studio_export", ended.run_id)
    assert result["Score"] == 2 / 3
    assert began < result["StartedOn"] <= result["CompletedOn"] < datetime.now(UTC)
    assert result["RuleResults"] == [
        {
            "Name": "Rule_1",
            "Description": "RowCount > 1",
            "Result": "PASS",
            "EvaluatedMetrics": {"Dataset.*.RowCount": 4.0},
            "RuleMetrics": {
                "RowsPassed": 0,
                "RowsFailed": 0,
                "RowsSkipped": 4,
                "TotalRowsProcessed": 4,
            },
        },
        {
            "Name": "Rule_2",
            "Description": 'IsComplete "subject"',
            "Result": "FAIL",
            "EvaluationMessage": "Value: 0.75 does not meet the constraint requirement!",
            "EvaluatedMetrics": {"Column.subject.Completeness": 0.75},
            "RuleMetrics": {
                "RowsPassed": 3,
                "RowsFailed": 1,
                "RowsSkipped": 0,
                "TotalRowsProcessed": 4,
            },
        },
        {
            "Name": "Rule_3",
            "Description": 'ReferentialIntegrity "id" "known.id" = 1.0',
            "Result": "PASS",
            "EvaluatedMetrics": {"Column.known.ReferentialIntegrity": 1.0},
            "RuleMetrics": {
                "RowsPassed": 4,
                "RowsFailed": 0,
                "RowsSkipped": 0,
                "TotalRowsProcessed": 4,
            },
        },
    ]
    assert result["AnalyzerResults"] == [
        {
            "Name": "Analyzer_1",
            "Description": 'Mean "id"',
            "EvaluatedMetrics": {"Column.id.Mean": 2.5},
        }
    ]
    assert result["AggregatedMetrics"] == {
        "TotalRowsProcessed": 4.0,
        "TotalRowsPassed": 3.0,
        "TotalRowsFailed": 1.0,
        "TotalRulesProcessed": 3.0,
        "TotalRulesPassed": 2.0,
        "TotalRulesFailed": 1.0,
    }

    # The event, as EventBridge delivered it.
    event = quality_events()
    glue_arn = "arn:aws:glue:us-east-1:000000000000"
    assert event["resources"] == [
        f"{glue_arn}:job/studio_export/{ended.run_id}",
        f"{glue_arn}:job/studio_export",
        f"{glue_arn}:dataQualityRuleset/{CONTEXT}",
    ]
    assert event["detail"] == {
        "resultId": listed["ResultId"],
        "context": {
            "contextType": "GLUE_JOB",
            "jobId": ended.run_id,
            "jobName": "studio_export",
            "evaluationContext": CONTEXT,
        },
        "rulesetNames": [CONTEXT],
        "state": "FAILED",
        "score": 2 / 3,
        "numRulesSucceeded": 2,
        "numRulesFailed": 1,
        "numRulesSkipped": 0,
    }

    # The metrics.
    assert metrics(local_account, began) == {
        "glue.data.quality.rules.passed": 2.0,
        "glue.data.quality.rules.failed": 1.0,
    }

    # The file, in the folders that AWS's CREATE EXTERNAL TABLE expects.
    (key,) = [
        one["Key"] for one in s3.list_objects_v2(Bucket=bucket, Prefix="results/")["Contents"]
    ]
    day = result["CompletedOn"].astimezone(UTC)
    assert key == f"results/year={day:%Y}/month={day:%m}/day={day:%d}/{listed['ResultId']}.json"
    body = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    rules = [json.loads(line) for line in body.splitlines()]
    assert [(rule["rule"], rule["outcome"]) for rule in rules] == [
        ("RowCount > 1", "Passed"),
        ('IsComplete "subject"', "Failed"),
        ('ReferentialIntegrity "id" "known.id" = 1.0', "Passed"),
    ]
    assert {rule["dqRunId"] for rule in rules} == {ended.run_id}
    assert rules[1]["evaluatedMetrics"] == {"Column.subject.Completeness": 0.75}

    # The history, which the next run of the same context will look at.
    history = local_account.state / "dataquality" / "history"
    assert CONTEXT in [folder.name.split("-")[0] for folder in history.iterdir()]


def metrics(account, began):
    """The two metrics' sums, as CloudWatch answers."""
    names = ("glue.data.quality.rules.passed", "glue.data.quality.rules.failed")
    answer = account.client("cloudwatch").get_metric_data(
        StartTime=began - timedelta(minutes=2),
        EndTime=datetime.now(UTC) + timedelta(minutes=2),
        MetricDataQueries=[
            {
                "Id": f"m{i}",
                "MetricStat": {
                    "Metric": {
                        "Namespace": "Glue Data Quality",
                        "MetricName": name,
                        "Dimensions": [
                            {"Name": "EvaluationContext", "Value": CONTEXT},
                            {"Name": "JobName", "Value": "studio_export"},
                        ],
                    },
                    "Period": 60,
                    "Stat": "Sum",
                },
            }
            for i, name in enumerate(names)
        ],
    )
    found = {one["Id"]: sum(one["Values"]) for one in answer["MetricDataResults"]}
    return {name: found[f"m{i}"] for i, name in enumerate(names)}
