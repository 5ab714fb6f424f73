"""The job-run operations of the Glue API: start, stop, retry, time out, list.

Fields, errors and states: the Glue API (glue-2017-03-31) and the Glue developer guide, "Job run
statuses". A run's state comes from its process and from nothing else.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from gluelocal import events
from gluelocal.account import Account
from gluelocal.clients import Clients, as_api_error
from gluelocal.dataquality.environment import run_environment
from gluelocal.endpoint import ApiError, Operation
from gluelocal.errors import GluelocalError
from gluelocal.jobs import arguments
from gluelocal.jobs.bookmarks import Bookmarks
from gluelocal.jobs.logs import publish_logs
from gluelocal.jobs.process import RunProcess, describe_command, launch
from gluelocal.jobs.store import ENDED, JobRun, JobRunStore, new_run_id

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.2
DEFAULT_TIMEOUT_MINUTES = 480
"""Of Glue 5.0 and later (Glue developer guide, "Configuring job properties")."""

Emit = Callable[[Mapping[str, Any]], None]

_NUMBERS = ("MaxRetries", "NumberOfWorkers", "Timeout")


@dataclass
class _Active:
    """A run in progress: what its thread and the API's threads share."""

    stop: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None


class JobRuns:
    """Runs jobs, each in a thread that watches its process."""

    def __init__(
        self, account: Account, clients: Clients, emit: Emit, inherited: Mapping[str, str]
    ) -> None:
        self._account = account
        self._clients = clients
        self._emit = emit
        self._inherited = inherited
        self._store = JobRunStore(account.jobs)
        self._bookmarks = Bookmarks(account)
        self._lock = threading.Lock()
        self._active: dict[str, _Active] = {}
        for job_run in self._store.unfinished():
            self._store.change(
                job_run,
                JobRunState="FAILED",
                CompletedOn=time.time(),
                ErrorMessage="The account stopped while this run was in progress.",
            )

    def operations(self) -> Mapping[str, Operation]:
        return {
            "StartJobRun": self.start,
            "GetJobRun": self.get,
            "GetJobRuns": self.list_,
            "BatchStopJobRun": self.batch_stop,
            "DeleteJob": self.delete_job,
            **self._bookmarks.operations(),
        }

    @property
    def running(self) -> int:
        return len(self._active)

    def start(self, request: Mapping[str, Any]) -> dict[str, Any]:
        job = self._job(str(request.get("JobName")))
        try:
            merged = arguments.merge(job, request.get("Arguments") or {})
            arguments.instructions(job, merged)
            describe_command(job["Command"])
        except GluelocalError as problem:
            raise ApiError("InvalidInputException", str(problem)) from problem
        with self._lock:
            self._check_concurrency(job)
            return {"JobRunId": self._begin(job, merged, request, attempt=0, previous=None)["Id"]}

    def get(self, request: Mapping[str, Any]) -> dict[str, Any]:
        name, run_id = str(request.get("JobName")), str(request.get("RunId"))
        job_run = self._store.get(name, run_id)
        if job_run is None:
            raise ApiError("EntityNotFoundException", f"Job Run {run_id} of job {name} not found.")
        return {"JobRun": _shown(job_run)}

    def list_(self, request: Mapping[str, Any]) -> dict[str, Any]:
        job = self._job(str(request.get("JobName")))
        runs = self._store.of_job(job["Name"])
        first = int(request.get("NextToken") or 0)
        last = first + int(request.get("MaxResults") or 200)
        more = {"NextToken": str(last)} if last < len(runs) else {}
        return {"JobRuns": [_shown(job_run) for job_run in runs[first:last]], **more}

    def batch_stop(self, request: Mapping[str, Any]) -> dict[str, Any]:
        name = str(request.get("JobName"))
        stopped, errors = [], []
        for run_id in request.get("JobRunIds", ()):
            active = self._active.get(run_id)
            job_run = self._store.get(name, run_id)
            if job_run is not None and active is not None:
                self._store.change(job_run, JobRunState="STOPPING")
                active.stop.set()
                stopped.append({"JobName": name, "JobRunId": run_id})
                continue
            code, message = (
                ("EntityNotFoundException", "Job run not found.")
                if job_run is None
                else ("InvalidInputException", f"Job run is {job_run['JobRunState']} already.")
            )
            detail = {"ErrorCode": code, "ErrorMessage": message}
            errors.append({"JobName": name, "JobRunId": run_id, "ErrorDetail": detail})
        return {"SuccessfulSubmissions": stopped, "Errors": errors}

    def delete_job(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Deletes the definition and its bookmark; runs in progress go on, as on Glue."""
        try:
            self._clients.definitions.delete_job(JobName=request.get("JobName"))
        except ClientError as problem:
            # Deleting a job that is not there succeeds (Glue API, DeleteJob).
            if problem.response["Error"]["Code"] != "EntityNotFoundException":
                raise as_api_error(problem) from problem
        self._bookmarks.forget(str(request.get("JobName")))
        return {"JobName": request.get("JobName")}

    def shut_down(self) -> None:
        """Stops every run; returns when their processes are gone."""
        active = list(self._active.values())
        for one in active:
            one.stop.set()
        for one in active:
            if one.thread is not None:
                one.thread.join()

    def _job(self, name: str) -> dict[str, Any]:
        try:
            job: dict[str, Any] = self._clients.definitions.get_job(JobName=name)["Job"]
        except ClientError as problem:
            raise as_api_error(problem) from problem
        # MiniStack keeps what a stack's parameter gave as the text that it was.
        return job | {key: int(job[key]) for key in _NUMBERS if job.get(key) is not None}

    def _check_concurrency(self, job: Mapping[str, Any]) -> None:
        limit = job.get("ExecutionProperty", {}).get("MaxConcurrentRuns") or 1
        unfinished = [r for r in self._store.unfinished() if r["JobName"] == job["Name"]]
        if len(unfinished) >= limit:
            raise ApiError(
                "ConcurrentRunsExceededException",
                f"Concurrent runs exceeded for {job['Name']}: {len(unfinished)} of {limit} "
                f"({', '.join(r['Id'] for r in unfinished)}).",
            )

    def _begin(
        self,
        job: Mapping[str, Any],
        merged: Mapping[str, str],
        request: Mapping[str, Any],
        attempt: int,
        previous: JobRun | None,
    ) -> JobRun:
        """Records a run and starts its thread; the caller holds the lock."""
        run_id = new_run_id()
        timeout = request.get("Timeout") or job.get("Timeout") or DEFAULT_TIMEOUT_MINUTES
        now = time.time()
        job_run: JobRun = {
            "Id": run_id,
            "Attempt": attempt,
            **({"PreviousRunId": previous["Id"]} if previous else {}),
            "JobName": job["Name"],
            "JobMode": "SCRIPT",
            "StartedOn": now,
            "LastModifiedOn": now,
            "JobRunState": "STARTING",
            "Arguments": dict(request.get("Arguments") or {}),
            "PredecessorRuns": [],
            "ExecutionTime": 0,
            "Timeout": timeout,
            "LogGroupName": "/aws-glue/jobs",
            **{
                key: job[key]
                for key in ("GlueVersion", "WorkerType", "NumberOfWorkers")
                if job.get(key)
            },
        }
        self._store.add(job_run)
        active = _Active()
        active.thread = threading.Thread(
            target=self._watch, args=(job, merged, request, job_run, active), name=run_id[:12]
        )
        self._active[run_id] = active
        active.thread.start()
        return job_run

    def _watch(
        self,
        job: Mapping[str, Any],
        merged: Mapping[str, str],
        request: Mapping[str, Any],
        job_run: JobRun,
        active: _Active,
    ) -> None:
        """The thread of one run, from launch to its event."""
        started = time.monotonic()
        try:
            state, error = self._run_to_end(job, merged, job_run, active)
        except GluelocalError as problem:
            state, error = "FAILED", str(problem)
        except Exception as problem:
            logger.exception("run %s could not be watched", job_run["Id"])
            state, error = "FAILED", f"gluelocal failed: {problem!r}"
        ending = {
            "JobRunState": state,
            "CompletedOn": time.time(),
            "ExecutionTime": round(time.monotonic() - started),
            **({"ErrorMessage": error} if error else {}),
        }
        publish_logs(self._clients("logs"), job_run, self._store.folder_of(job_run))
        with self._lock:
            self._store.change(job_run, **ending)
            del self._active[job_run["Id"]]
            retries = job.get("MaxRetries") or 0
            # Glue does not retry a run that timed out or was stopped.
            if state == "FAILED" and job_run["Attempt"] < retries:
                self._begin(job, merged, request, job_run["Attempt"] + 1, job_run)
        self._emit(events.job_state_change(job_run))

    def _run_to_end(
        self,
        job: Mapping[str, Any],
        merged: Mapping[str, str],
        job_run: JobRun,
        active: _Active,
    ) -> tuple[str, str | None]:
        """(state, error message) of the run's process."""
        process = launch(
            self._account,
            self._clients("s3"),
            describe_command(job["Command"]),
            arguments.instructions(job, merged),
            arguments.argv(merged, job["Name"], job_run["Id"]),
            self._store.folder_of(job_run),
            self._inherited,
            run_environment(self._account, job_run) | self._bookmarks.run_environment(),
        )
        self._store.change(job_run, JobRunState="RUNNING")
        deadline = time.monotonic() + job_run["Timeout"] * 60
        try:
            state, error = self._await_end(process, active, deadline)
            if state == "SUCCEEDED":
                process.let_record(active.stop)
            return state, error
        finally:
            # A process that has ended may have left children; none survives its run.
            process.stop()

    @staticmethod
    def _await_end(process: RunProcess, active: _Active, deadline: float) -> tuple[str, str | None]:
        while True:
            ending = process.wait(POLL_SECONDS)
            if ending is not None:
                return ("SUCCEEDED", None) if ending.error is None else ("FAILED", ending.error)
            if active.stop.is_set():
                return "STOPPED", None
            if time.monotonic() > deadline:
                return "TIMEOUT", "Job run exceeded its timeout."


def _shown(job_run: JobRun) -> dict[str, Any]:
    """A run as the API returns it; the execution time of one in progress is as of now."""
    if job_run["JobRunState"] in ENDED:
        return job_run
    return job_run | {"ExecutionTime": round(time.time() - job_run["StartedOn"])}
