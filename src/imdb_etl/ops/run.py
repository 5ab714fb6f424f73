"""`imdb-etl run`: crawl, start the job, wait, and tell what it did."""

import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from imdb_etl.catalog import find_table
from imdb_etl.errors import ImdbEtlError
from imdb_etl.locations import S3Location, raw_folder, ruleset_object, summary_object
from imdb_etl.ops import crawl, mails
from imdb_etl.ops.crawl import Crawl, CrawlError
from imdb_etl.ops.deploy import upload_file
from imdb_etl.ops.progress import Progress
from imdb_etl.ops.settings import Project, Settings
from imdb_etl.ops.stack import require_outputs
from imdb_etl.ops.target import Target
from imdb_etl.summary import RunSummary

POLL_SECONDS = 0.5
MAIL_SECONDS = 5.0
SUCCEEDED = "SUCCEEDED"
ENDED = frozenset({SUCCEEDED, "FAILED", "STOPPED", "TIMEOUT", "ERROR", "EXPIRED"})
"""The states that a job run does not leave (Glue developer guide, "Job run statuses")."""


class RunError(ImdbEtlError):
    """The job run could not be started or followed."""


@dataclass(frozen=True)
class RunResult:
    """One finished run as the commands report it; `summary` is there when it succeeded."""

    job: str
    job_run_id: str
    state: str
    error: str | None
    ruleset: str
    source: str
    seconds: float
    summary: RunSummary | None
    crawls: tuple[Crawl, ...] = ()
    mails: tuple[str, ...] = field(default=())

    @property
    def succeeded(self) -> bool:
        return self.state == SUCCEEDED


def run(
    project: Project,
    settings: Settings,
    target: Target,
    progress: Progress,
    ruleset: str | None = None,
    source: str | None = None,
    incremental: bool = False,
) -> RunResult:
    """One run from crawl to mail.

    `source` is a place in S3 or a local CSV, which is uploaded first. `incremental`: with job
    bookmarks, so only files are read that no incremental run has loaded. A run that fails is a
    result, not an exception; RunError and CrawlError mean that no run was started.
    """
    started = time.monotonic()
    glue, storage = target.client("glue"), target.client("s3")
    outputs = require_outputs(
        target.client("cloudformation"), settings.stack_name, target.environment
    )
    job = outputs["JobName"]
    require_idle(glue, job)
    file = project.ruleset_file(ruleset or settings.ruleset)
    upload_file(storage, file, ruleset_object(outputs["ArtifactsBucket"], file.stem))
    place = _source(storage, settings, outputs["DataBucket"], source)
    crawls = _crawl(glue, outputs, place, progress)
    arguments = {
        "--ruleset": file.stem,
        "--source_path": str(place),
        "--job-bookmark-option": f"job-bookmark-{'enable' if incremental else 'disable'}",
    }
    run_id = _start(glue, job, arguments)
    ended = _wait(glue, job, run_id, progress)
    state = ended["JobRunState"]
    error = None if state == SUCCEEDED else ended.get("ErrorMessage") or f"the run ended {state}"
    summary = None
    if state == SUCCEEDED:
        summary = _summary(storage, summary_object(outputs["DataBucket"], run_id))
    seconds = round(time.monotonic() - started, 1)
    return RunResult(
        job=job,
        job_run_id=run_id,
        state=state,
        error=error,
        ruleset=file.stem,
        source=str(place),
        seconds=seconds,
        summary=summary,
        crawls=tuple(crawls),
        mails=_mails(target, run_id, summary),
    )


def require_idle(client: Any, job: str) -> None:
    """RunError while a run of the job goes on; StartJobRun has the last word all the same."""
    runs = client.get_job_runs(JobName=job, MaxResults=20)["JobRuns"]
    for other in runs:
        if other["JobRunState"] not in ENDED:
            raise _busy(job, other["Id"])


def _busy(job: str, run_id: str | None = None) -> RunError:
    which = f"run {run_id} of the job {job}" if run_id else f"another run of the job {job}"
    return RunError(
        f"{which} runs already, and only one may run at a time; "
        "wait for it (`imdb-etl status`), then run again"
    )


def _source(client: Any, settings: Settings, bucket: str, given: str | None) -> S3Location:
    if given is None:
        return raw_folder(bucket, settings.source_name)
    if re.match(r"s3[an]?://", given):
        return S3Location.parse(given)
    file = Path(given)
    # The crawler names the table after the folder, so the folder gets a name that a table may have.
    name = re.sub(r"[^a-z0-9]+", "_", file.stem.lower()).strip("_") or "input"
    folder = raw_folder(bucket, name)
    upload_file(client, file, folder / file.name)
    return folder


def _crawl(
    client: Any, outputs: dict[str, str], source: S3Location, progress: Progress
) -> list[Crawl]:
    crawl.point_at(client, outputs["SourceCrawler"], str(source))
    crawls = crawl.crawl(client, [outputs["SourceCrawler"], outputs["RedshiftCrawler"]], progress)
    of_source = crawls[0]
    if not of_source.succeeded and _has_table(client, outputs["GlueDatabase"], source):
        # The job would read the source by a schema of an earlier crawl. (Without a table it finds
        # out by itself, and a refusing Redshift it meets as well: both are told by the run.)
        raise CrawlError(
            f"the crawl of {source} ended as {of_source.status}: {of_source.error}; no run was "
            "started, since the catalog still has the schema of an earlier crawl"
        )
    return crawls


def _has_table(client: Any, database: str, source: S3Location) -> bool:
    try:
        find_table(client, database, source)
    except ImdbEtlError:
        return False
    return True


def _start(client: Any, job: str, arguments: dict[str, str]) -> str:
    try:
        return str(client.start_job_run(JobName=job, Arguments=arguments)["JobRunId"])
    except client.exceptions.ConcurrentRunsExceededException as problem:
        raise _busy(job) from problem


def _wait(client: Any, job: str, run_id: str, progress: Progress) -> dict[str, Any]:
    started = time.monotonic()
    with progress.step(f"job run {run_id[:12]}"):
        while True:
            found: dict[str, Any] = client.get_job_run(JobName=job, RunId=run_id)["JobRun"]
            state = found["JobRunState"]
            if state in ENDED:
                return found
            seconds = round(time.monotonic() - started)
            progress.update(f"job run {run_id[:12]}: {state.lower()}, {seconds} s")
            time.sleep(POLL_SECONDS)


def _summary(client: Any, location: S3Location) -> RunSummary:
    try:
        body = client.get_object(Bucket=location.bucket, Key=location.key)["Body"].read()
    except client.exceptions.NoSuchKey as problem:
        raise RunError(f"the run succeeded, but its summary {location} is not there") from problem
    return RunSummary.from_json(body.decode())


def _mails(target: Target, run_id: str, summary: RunSummary | None) -> tuple[str, ...]:
    if target.mailbox is None:
        return ()
    # A run that loaded sends two: the rows, and the run's end.
    expected = 1 if summary is None else 2
    return tuple(mails.wait_for_mails(target.mailbox, run_id, expected, MAIL_SECONDS))
