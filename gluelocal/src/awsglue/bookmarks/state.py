"""A job's bookmark: the states of all its transformation contexts at one version.

Fields and numbers: the Glue API, JobBookmarkEntry; Glue Developer Guide, "Tracking processed data
using job bookmarks", "Operational details".
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from awsglue.errors import GlueRuntimeError

State = Mapping[str, Any]
"""What one source has read, as JSON; its fields are the source's own business."""


class BookmarkError(GlueRuntimeError):
    """A job bookmark cannot be kept or found."""


class BookmarkNotFoundError(BookmarkError):
    """The job has no bookmark, or none of that run."""


class VersionMismatchError(BookmarkError):
    """Somebody changed the bookmark between a run's init and its commit; nothing was written."""

    @classmethod
    def of(cls, expected: int, found: int) -> "VersionMismatchError":
        """The service's text (Glue Developer Guide, "Troubleshooting Glue common setup errors")."""
        return cls(
            "Continuation update failed due to version mismatch. "
            f"Expected version {expected} but found version {found}. "
            "Runs of one job must not overlap while it uses job bookmarks: set MaxConcurrentRuns "
            "to 1, and do not reset the bookmark during a run"
        )


@dataclass(frozen=True)
class Bookmark:
    """One version. `version` counts updates, `run` committed runs, `attempt` the tries at a run.

    `last_run` is the highest run number ever given: a reset does not give numbers out again.
    """

    job_name: str
    version: int = 0
    run: int = 0
    attempt: int = 0
    run_id: str | None = None
    previous_run_id: str | None = None
    states: Mapping[str, State] = field(default_factory=dict)
    last_run: int = 0

    def entry(self) -> dict[str, Any]:
        """The API's JobBookmarkEntry; the states are a JSON text in it."""
        content = {
            "job_name": self.job_name,
            "run_id": self.run_id,
            "run_number": self.run,
            "attempt_number": self.attempt,
            "states": self.states,
        }
        ids = {"RunId": self.run_id, "PreviousRunId": self.previous_run_id}
        return {
            "JobName": self.job_name,
            "Version": self.version,
            "Run": self.run,
            "Attempt": self.attempt,
            **{name: value for name, value in ids.items() if value is not None},
            "JobBookmark": json.dumps(content),
        }

    def record(self) -> dict[str, Any]:
        """The entry with what the API does not show, for `of_record`."""
        return {**self.entry(), "LastRun": self.last_run}

    @classmethod
    def of_record(cls, record: Mapping[str, Any]) -> "Bookmark":
        return cls(
            job_name=record["JobName"],
            version=record["Version"],
            run=record["Run"],
            attempt=record["Attempt"],
            run_id=record.get("RunId"),
            previous_run_id=record.get("PreviousRunId"),
            states=json.loads(record["JobBookmark"])["states"],
            last_run=record["LastRun"],
        )
