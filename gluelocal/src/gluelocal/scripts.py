"""`gluelocal run`: one local script as a job run, with no deployment first."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from gluelocal.account import Account
from gluelocal.clients import Clients
from gluelocal.errors import UsageError
from gluelocal.jobs.store import ENDED, ERROR_LOG, OUTPUT_LOG, list_runs

BUCKET = "gluelocal-scripts"
POLL_SECONDS = 0.2

Progress = Callable[[dict[str, Any]], None]


def parse_arguments(words: Sequence[str]) -> dict[str, str]:
    """`--key value` pairs, and flags without a value, as a run's Arguments."""
    parsed: dict[str, str] = {}
    rest = list(words)
    while rest:
        key = rest.pop(0)
        if not key.startswith("--") or len(key) == 2:
            raise UsageError(f"A job's arguments are given as --key value; {key!r} is no key.")
        key, equals, value = key.partition("=")
        if not equals:
            value = rest.pop(0) if rest and not rest[0].startswith("--") else ""
        parsed[key] = value
    return parsed


def run_script(
    account: Account, script: Path, arguments: dict[str, str], progress: Progress
) -> dict[str, Any]:
    """Runs the script as a job of its own name; returns the ended JobRun.

    `progress` gets the run's record whenever it is looked at.
    """
    if not script.is_file():
        raise UsageError(f"There is no script {script}.")
    clients = Clients(account)
    s3, glue = clients("s3"), clients("glue")
    s3.create_bucket(Bucket=BUCKET)
    s3.upload_file(str(script), BUCKET, script.name)
    job = {
        "Role": f"arn:aws:iam::{account.settings.account_id}:role/gluelocal",
        "Command": {
            "Name": "glueetl",
            "PythonVersion": "3",
            "ScriptLocation": f"s3://{BUCKET}/{script.name}",
        },
        "GlueVersion": "5.1",
    }
    try:
        glue.create_job(Name=script.stem, **job)
    except ClientError as problem:
        if problem.response["Error"]["Code"] != "AlreadyExistsException":
            raise
        glue.update_job(JobName=script.stem, JobUpdate=job)
    run_id = glue.start_job_run(JobName=script.stem, Arguments=arguments)["JobRunId"]
    try:
        while True:
            job_run: dict[str, Any] = glue.get_job_run(JobName=script.stem, RunId=run_id)["JobRun"]
            progress(job_run)
            if job_run["JobRunState"] in ENDED:
                return job_run
            time.sleep(POLL_SECONDS)
    except KeyboardInterrupt:
        glue.batch_stop_job_run(JobName=script.stem, JobRunIds=[run_id])
        raise


def find_run(account: Account, job: str, run: str | None) -> Path:
    """The folder of a run (by id or its beginning), or of the job's newest run."""
    runs = list_runs(account.jobs, job)
    if not runs:
        known = sorted(folder.name for folder in account.jobs.glob("*") if folder.is_dir())
        raise UsageError(
            f"There is no run of a job {job!r}. Jobs with runs: {', '.join(known) or 'none'}."
        )
    if run is None:
        return runs[0][1]
    matching = [folder for _, folder in runs if folder.name.startswith(run)]
    if len(matching) != 1:
        listed = ", ".join(folder.name for _, folder in runs[:5])
        raise UsageError(
            f"{len(matching)} runs of {job!r} have an id starting with {run!r}. Newest: {listed}."
        )
    return matching[0]


def read_logs(folder: Path) -> Iterator[str]:
    """What a run printed: its record in a line, standard output, standard error."""
    job_run = json.loads((folder / "run.json").read_text())
    yield f"{job_run['JobName']} {job_run['Id']} {job_run['JobRunState']}"
    if job_run.get("ErrorMessage"):
        yield f"error: {job_run['ErrorMessage']}"
    for name in (OUTPUT_LOG, ERROR_LOG):
        if (folder / name).is_file():
            yield f"--- {name}"
            yield from (folder / name).read_text(errors="replace").splitlines()
