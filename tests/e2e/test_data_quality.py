"""A run publishes the metric that the alarm of infra/template.yaml counts."""

from datetime import UTC, datetime, timedelta

import pytest

pytestmark = pytest.mark.slow


def test_a_run_counts_its_failed_rules_under_the_alarm_s_name_and_dimensions(deployment, first_run):
    failed = sum(rule["outcome"] == "Failed" for rule in first_run.result["rules"])
    now = datetime.now(UTC)
    answer = deployment.client("cloudwatch").get_metric_statistics(
        Namespace="Glue Data Quality",
        MetricName="glue.data.quality.rules.failed",
        Dimensions=[
            {"Name": "EvaluationContext", "Value": "imdb-etl-movies"},
            {"Name": "JobName", "Value": deployment.outputs["JobName"]},
        ],
        StartTime=now - timedelta(hours=3),
        EndTime=now + timedelta(minutes=1),
        Period=300,
        Statistics=["Maximum"],
    )
    assert failed == 3
    assert float(failed) in [point["Maximum"] for point in answer["Datapoints"]]
