"""The door through which a job run hands its data quality results to the account.

On AWS the transform does this inside the service. The Glue API has no operation for it, so this one
is the account's own; it is reached like the others, on 127.0.0.1 alone.
"""

from collections.abc import Callable, Mapping
from typing import Any

from awsgluedq.account import OPERATION
from gluelocal import events
from gluelocal.account import Account
from gluelocal.clients import Clients
from gluelocal.dataquality.results import Results, checked
from gluelocal.endpoint import Operation

NAMESPACE = "Glue Data Quality"
METRICS = {"glue.data.quality.rules.passed": "PASS", "glue.data.quality.rules.failed": "FAIL"}

Emit = Callable[[Mapping[str, Any]], None]


class Publishing:
    """Keeps results, and tells CloudWatch and EventBridge of them."""

    def __init__(self, account: Account, clients: Clients, results: Results, emit: Emit) -> None:
        self._account = account
        self._clients = clients
        self._results = results
        self._emit = emit

    def operations(self) -> Mapping[str, Operation]:
        return {OPERATION: self.publish}

    def publish(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Takes `Result` (a DataQualityResult), and whether to `Keep` it and whether
        `CloudWatchMetrics` are on, which the event hangs on too (Glue Developer Guide, "Setting up
        alerts, deployments, and scheduling")."""
        result = checked(request.get("Result"))
        if request.get("Keep"):
            self._results.put(result)
        if request.get("CloudWatchMetrics"):
            self._count(result)
            settings = self._account.settings
            self._emit(
                events.data_quality_results_available(settings.region, settings.account_id, result)
            )
        return {"ResultId": result["ResultId"]}

    def _count(self, result: Mapping[str, Any]) -> None:
        outcomes = [rule["Result"] for rule in result["RuleResults"]]
        dimensions = [
            {"Name": "EvaluationContext", "Value": result["EvaluationContext"]},
            {"Name": "JobName", "Value": result["JobName"]},
        ]
        self._clients("cloudwatch").put_metric_data(
            Namespace=NAMESPACE,
            MetricData=[
                {
                    "MetricName": name,
                    "Dimensions": dimensions,
                    "Timestamp": result["CompletedOn"],
                    "Value": outcomes.count(outcome),
                    "Unit": "Count",
                }
                for name, outcome in METRICS.items()
            ],
        )
