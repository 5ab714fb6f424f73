"""Job bookmarks: kept for the job runs, shown and reset as the Glue API does.

Names and fields: the Glue API (glue-2017-03-31), JobBookmarkEntry; GetJobBookmarks: the Glue
Developer Guide, "Job runs" (the SDKs have it no more).
"""

from collections.abc import Callable, Mapping
from typing import Any

from awsglue.bookmarks.account import (
    APPEND,
    BEGIN,
    ENDPOINT_VARIABLE,
    NOT_FOUND,
    READ,
    VERSION_MISMATCH,
)
from awsglue.bookmarks.state import Bookmark, BookmarkNotFoundError, VersionMismatchError
from awsglue.bookmarks.store import FolderStore
from gluelocal.account import Account
from gluelocal.endpoint import ApiError, Operation

MAX_PAGE = 1000


class Bookmarks:
    """The bookmarks of all jobs; they outlive the account's process."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._store = FolderStore(account.state / "bookmarks")

    def operations(self) -> Mapping[str, Operation]:
        served: dict[str, Operation] = {
            "GetJobBookmark": self.get,
            "GetJobBookmarks": self.list_,
            "ResetJobBookmark": self.reset,
            BEGIN: self.begin,
            READ: self.read,
            APPEND: self.append,
        }
        return {name: _translated(operation) for name, operation in served.items()}

    def run_environment(self) -> dict[str, str]:
        """What a job run is told, so that its bookmark is kept here."""
        return {ENDPOINT_VARIABLE: self._account.endpoint_url}

    def forget(self, job_name: str) -> None:
        """A deleted job's bookmark is deleted (Glue Developer Guide, "Using job bookmarks")."""
        self._store.forget(job_name)

    def get(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The newest entry, or that of the last committed run up to and with `RunId`."""
        name = _job_name(request)
        run_id = request.get("RunId")
        found = self._store.as_of(name, str(run_id)) if run_id else self._store.newest(name)
        return {"JobBookmarkEntry": _present(name, found).entry()}

    def list_(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """All versions, newest first; NextToken is 1 at the end, else the next entry's number."""
        name = _job_name(request)
        versions = self._store.versions(name)
        _present(name, versions[0] if versions else None)
        first = (request.get("NextToken") or 1) - 1
        last = first + (request.get("MaxResults") or MAX_PAGE)
        return {
            "JobBookmarkEntries": [one.entry() for one in versions[first:last]],
            "NextToken": last + 1 if last < len(versions) else 1,
        }

    def reset(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Back to nothing read, or to what was read with the run `RunId`."""
        name = _job_name(request)
        _present(name, self._store.newest(name))
        return {"JobBookmarkEntry": self._store.reset(name, request.get("RunId")).entry()}

    def begin(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """A run's init: `JobName`, `RunId`, and whether the run `Commits`."""
        start = self._store.begin(
            _job_name(request), str(request["RunId"]), bool(request["Commits"])
        )
        return {
            "Bookmark": start.bookmark.record(),
            "Run": start.run,
            "Attempt": start.attempt,
        }

    def read(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """A paused run's look at the bookmark as of another run."""
        found = self._store.as_of(_job_name(request), str(request["RunId"]))
        return {"Bookmark": found.record()}

    def append(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """A run's commit of a `Bookmark`."""
        self._store.append(Bookmark.of_record(request["Bookmark"]))
        return {}


def _job_name(request: Mapping[str, Any]) -> str:
    name = request.get("JobName")
    if not isinstance(name, str) or not name:
        raise ApiError("InvalidInputException", "JobName is missing; name a job.")
    return name


def _present(job_name: str, found: Bookmark | None) -> Bookmark:
    if found is None or not found.version:
        raise ApiError(NOT_FOUND, f"Continuation for job {job_name} not found")
    return found


def _translated(
    operation: Callable[[Mapping[str, Any]], Mapping[str, Any]],
) -> Operation:
    """The operation with the store's errors as the API's."""

    def answer(request: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            return operation(request)
        except BookmarkNotFoundError as problem:
            raise ApiError(NOT_FOUND, str(problem)) from problem
        except VersionMismatchError as problem:
            raise ApiError(VERSION_MISMATCH, str(problem)) from problem

    return answer
