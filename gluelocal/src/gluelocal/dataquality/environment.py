"""What a job run is told, so that its data quality results find their way to the account."""

from collections.abc import Mapping
from typing import Any

from awsgluedq.account import (
    ENDPOINT_VARIABLE,
    HISTORY_VARIABLE,
    JOB_NAME_VARIABLE,
    JOB_RUN_VARIABLE,
)
from gluelocal.account import Account


def run_environment(account: Account, job_run: Mapping[str, Any]) -> dict[str, str]:
    """The variables for one run.

    The history is the account's, not the job's: on AWS two jobs with one evaluation context share
    its statistics too ("Comparing runs across Amazon EMR and AWS Glue", EMR Management Guide).
    """
    return {
        ENDPOINT_VARIABLE: account.endpoint_url,
        HISTORY_VARIABLE: str(account.state / "dataquality" / "history"),
        JOB_NAME_VARIABLE: str(job_run["JobName"]),
        JOB_RUN_VARIABLE: str(job_run["Id"]),
    }
