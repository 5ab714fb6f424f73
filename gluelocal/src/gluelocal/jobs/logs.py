"""A run's output in CloudWatch Logs, in the groups and streams that Glue uses.

Groups `/aws-glue/jobs/output` and `/aws-glue/jobs/error`, stream = the run's id (Glue developer
guide, "Logging for AWS Glue jobs"). They are written when the run ends; the files in the run's
folder, which `gluelocal logs` shows, grow while it goes on.
"""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from gluelocal.jobs.store import ERROR_LOG, OUTPUT_LOG
from gluelocal.log_streams import put_lines

logger = logging.getLogger(__name__)

GROUPS = {"/aws-glue/jobs/output": OUTPUT_LOG, "/aws-glue/jobs/error": ERROR_LOG}


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
