"""Glue-shaped EventBridge events, put on the account's default bus.

Bodies follow the samples in the EventBridge user guide ("Events from AWS services", AWS Glue);
docs/parity.md names what differs.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

JOB_STATE_SEVERITY = {
    "SUCCEEDED": "INFO",
    "FAILED": "ERROR",
    "TIMEOUT": "WARN",
    "STOPPED": "INFO",
}
"""The states that end a run and are told to EventBridge, with the severity AWS gives each."""

_JOB_MESSAGES = {
    "SUCCEEDED": "Job run succeeded",
    "TIMEOUT": "Job run timed out",
    "STOPPED": "Job run stopped",
}


def job_state_change(job_run: Mapping[str, Any]) -> dict[str, Any]:
    """The `Glue Job State Change` event for a run that has ended."""
    state = job_run["JobRunState"]
    return {
        "source": "aws.glue",
        "detail-type": "Glue Job State Change",
        "resources": [],
        "detail": {
            "jobName": job_run["JobName"],
            "severity": JOB_STATE_SEVERITY[state],
            "state": state,
            "jobRunId": job_run["Id"],
            "message": _JOB_MESSAGES.get(state) or job_run["ErrorMessage"],
        },
    }


def crawler_started(account_id: str, name: str, started: datetime) -> dict[str, Any]:
    return _crawler_event(
        {
            "accountId": account_id,
            "crawlerName": name,
            "startTime": iso(started),
            "state": "Started",
            "message": "Crawler Started",
        }
    )


def crawler_succeeded(
    account_id: str, name: str, ended: datetime, seconds: float, counts: Mapping[str, int], log: str
) -> dict[str, Any]:
    """`counts` has tablesCreated ... partitionsDeleted; AWS sends all of them as strings."""
    return _crawler_event(
        {
            "accountId": account_id,
            "crawlerName": name,
            "completionDate": iso(ended),
            "state": "Succeeded",
            "message": "Crawler Succeeded",
            "warningMessage": "N/A",
            "runningTime (sec)": str(round(seconds)),
            **{key: str(count) for key, count in counts.items()},
            "cloudWatchLogLink": log,
        }
    )


def crawler_failed(account_id: str, name: str, error: str, log: str) -> dict[str, Any]:
    return _crawler_event(
        {
            "accountId": account_id,
            "crawlerName": name,
            "errorMessage": error,
            "cloudWatchLogLink": log,
            "state": "Failed",
            "message": "Crawler Failed",
        }
    )


def data_quality_results_available(
    region: str, account_id: str, result: Mapping[str, Any]
) -> dict[str, Any]:
    """The `Data Quality Evaluation Results Available` event for an evaluation in a job run.

    `result` is a DataQualityResult. `state` judges the data, not the job: FAILED when any rule
    failed. The keys are those of events that AWS has sent and of the Lambda function in the guide
    ("Setting up alerts, deployments, and scheduling"), whose sample of an event names them
    otherwise.
    """
    job, run, context = result["JobName"], result["JobRunId"], result["EvaluationContext"]
    outcomes = [rule["Result"] for rule in result["RuleResults"]]
    succeeded = outcomes.count("PASS")
    glue = f"arn:aws:glue:{region}:{account_id}"
    return {
        "source": "aws.glue-dataquality",
        "detail-type": "Data Quality Evaluation Results Available",
        "resources": [
            f"{glue}:job/{job}/{run}",
            f"{glue}:job/{job}",
            f"{glue}:dataQualityRuleset/{context}",
        ],
        "detail": {
            "resultId": result["ResultId"],
            "context": {
                "contextType": "GLUE_JOB",
                "jobId": run,
                "jobName": job,
                "evaluationContext": context,
            },
            "rulesetNames": [context],
            "state": "SUCCEEDED" if succeeded == len(outcomes) else "FAILED",
            "score": result["Score"],
            "numRulesSucceeded": succeeded,
            "numRulesFailed": len(outcomes) - succeeded,
            "numRulesSkipped": 0,
        },
    }


def _crawler_event(detail: dict[str, Any]) -> dict[str, Any]:
    return {
        "source": "aws.glue",
        "detail-type": "Glue Crawler State Change",
        "resources": [],
        "detail": detail,
    }


def iso(moment: datetime) -> str:
    """UTC with seconds, as events carry it: 2017-09-07T18:57:21Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
