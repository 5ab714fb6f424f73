"""Where job runs are kept: one folder a run, with its record and what the script printed.

The record is the JobRun structure of the Glue API (glue-2017-03-31), times as epoch seconds.
"""

import json
import secrets
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gluelocal.account import write_private

ENDED = frozenset({"SUCCEEDED", "FAILED", "TIMEOUT", "STOPPED"})
OUTPUT_LOG = "output.log"
ERROR_LOG = "error.log"

JobRun = dict[str, Any]


class JobRunStore:
    """All runs of the account; every change is on disk before the call returns."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.RLock()
        self._runs: dict[str, dict[str, JobRun]] = {}
        for file in sorted(folder.glob("*/*/run.json")):
            job_run = json.loads(file.read_text())
            self._runs.setdefault(job_run["JobName"], {})[job_run["Id"]] = job_run

    def add(self, job_run: JobRun) -> None:
        with self._lock:
            self._runs.setdefault(job_run["JobName"], {})[job_run["Id"]] = job_run
            self.folder_of(job_run).mkdir(parents=True, exist_ok=True)
            self._write(job_run)

    def change(self, job_run: JobRun, **fields: Any) -> JobRun:
        """Sets fields of a run; a run that has ended is not changed any more."""
        with self._lock:
            if job_run["JobRunState"] not in ENDED:
                job_run.update(fields, LastModifiedOn=time.time())
                self._write(job_run)
            return job_run

    def get(self, job_name: str, run_id: str) -> JobRun | None:
        with self._lock:
            return self._runs.get(job_name, {}).get(run_id)

    def of_job(self, job_name: str) -> list[JobRun]:
        """The runs of a job, newest first, as GetJobRuns lists them."""
        with self._lock:
            runs = list(self._runs.get(job_name, {}).values())
        return sorted(runs, key=lambda job_run: job_run["StartedOn"], reverse=True)

    def unfinished(self) -> Iterator[JobRun]:
        with self._lock:
            runs = [job_run for of_job in self._runs.values() for job_run in of_job.values()]
        return (job_run for job_run in runs if job_run["JobRunState"] not in ENDED)

    def folder_of(self, job_run: JobRun) -> Path:
        return self._folder / str(job_run["JobName"]) / str(job_run["Id"])

    def _write(self, job_run: JobRun) -> None:
        write_private(self.folder_of(job_run) / "run.json", json.dumps(job_run, indent=1))


def new_run_id() -> str:
    """`jr_` and 64 hexadecimal digits, as Glue's."""
    return f"jr_{secrets.token_hex(32)}"


def list_runs(folder: Path, job_name: str) -> list[tuple[float, Path]]:
    """(start, folder) of a job's runs, newest first; read from disk, so no account need run."""
    files = (folder / job_name).glob("*/run.json")
    found = [(json.loads(file.read_text())["StartedOn"], file.parent) for file in files]
    return sorted(found, reverse=True)
