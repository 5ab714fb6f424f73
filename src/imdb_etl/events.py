"""The run's summary as an EventBridge event, which infra/template.yaml turns into a mail."""

import json
from typing import Any

from imdb_etl.errors import NotificationError
from imdb_etl.names import EVENT_DETAIL_TYPE, EVENT_SOURCE
from imdb_etl.summary import RunSummary


def put_summary(client: Any, summary: RunSummary) -> None:
    """Puts the event on the default bus; raises NotificationError when it is not accepted.

    `client` is a boto3 `events` client. PutEvents answers 200 even when it refuses an entry, so
    FailedEntryCount decides (EventBridge API reference, PutEvents).
    """
    answer = client.put_events(
        Entries=[
            {
                "Source": EVENT_SOURCE,
                "DetailType": EVENT_DETAIL_TYPE,
                "Detail": json.dumps(detail(summary), ensure_ascii=False),
            }
        ]
    )
    if answer.get("FailedEntryCount"):
        entry = answer["Entries"][0]
        raise NotificationError(
            f"the rows are loaded, but EventBridge did not accept the summary of run "
            f"{summary.run_id}: {entry.get('ErrorCode')}: {entry.get('ErrorMessage')}"
        )


def detail(summary: RunSummary) -> dict[str, Any]:
    """The event's detail; keys are camelCase as in the events of AWS Glue itself."""
    failed = [rule.rule for rule in summary.rules if not rule.passed]
    return {
        "jobName": summary.job,
        "jobRunId": summary.run_id,
        "ruleset": summary.ruleset,
        "source": summary.source,
        "table": summary.table,
        "rowsRead": summary.rows.read,
        "rowsLoaded": summary.rows.loaded,
        "rowsRejected": summary.rows.rejected,
        "score": summary.score,
        "rulesPassed": summary.rules_passed,
        "rulesFailed": len(failed),
        # One text: an input transformer cannot join a list's elements.
        "failedRules": "; ".join(failed) or "none",
        "rejects": summary.rejects,
    }
