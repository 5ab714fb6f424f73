"""A run's output in CloudWatch Logs, in the groups and streams that Glue uses.

Groups `/aws-glue/jobs/output` and `/aws-glue/jobs/error`, stream = the run's id (Glue developer
guide, "Logging for AWS Glue jobs"). They are written when the run ends; the files in the run's
folder, which `gluelocal logs` shows, grow while it goes on.
"""

import logging
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from gluelocal.jobs.store import ERROR_LOG, OUTPUT_LOG

logger = logging.getLogger(__name__)

GROUPS = {"/aws-glue/jobs/output": OUTPUT_LOG, "/aws-glue/jobs/error": ERROR_LOG}
MAX_EVENTS = 500
MAX_EVENT_CHARACTERS = 60_000
"""PutLogEvents takes 10,000 events and 1 MiB at once; these stay below both."""


def publish_logs(client: Any, job_run: Mapping[str, Any], folder: Path) -> None:
    """Copies a run's log files to CloudWatch Logs; a failure is logged and changes no state."""
    for group, name in GROUPS.items():
        file = folder / name
        if not file.is_file():
            continue
        lines = file.read_text(errors="replace").splitlines()
        try:
            put_lines(client, group, job_run["Id"], lines)
        except (BotoCoreError, ClientError) as problem:
            logger.error("the log of run %s is not in %s: %s", job_run["Id"], group, problem)


def put_lines(client: Any, group: str, stream: str, lines: list[str]) -> None:
    """Puts lines into a log stream, which is made when it is not there."""
    for make, names in (
        (client.create_log_group, {"logGroupName": group}),
        (client.create_log_stream, {"logGroupName": group, "logStreamName": stream}),
    ):
        try:
            make(**names)
        except client.exceptions.ResourceAlreadyExistsException:
            continue
    now = int(time.time() * 1000)
    events = [
        {"timestamp": now, "message": line[:MAX_EVENT_CHARACTERS]} for line in lines if line.strip()
    ]
    for first in range(0, len(events), MAX_EVENTS):
        client.put_log_events(
            logGroupName=group, logStreamName=stream, logEvents=events[first : first + MAX_EVENTS]
        )
