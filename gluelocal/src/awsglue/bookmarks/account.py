"""Bookmarks that a local account keeps, for the job runs that it starts.

The Glue API can show and reset bookmarks but not advance them, so the account has operations of its
own for that. The account reads all these names from here.
"""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any, NoReturn

from awsglue.bookmarks.state import (
    Bookmark,
    BookmarkError,
    BookmarkNotFoundError,
    VersionMismatchError,
)
from awsglue.bookmarks.store import Start

ENDPOINT_VARIABLE = "GLUELOCAL_BOOKMARKS_ENDPOINT"
"""The account's URL; set for the runs that it starts."""

BEGIN = "GluelocalBeginJobBookmark"
READ = "GluelocalReadJobBookmark"
APPEND = "GluelocalAppendJobBookmark"

NOT_FOUND = "EntityNotFoundException"
VERSION_MISMATCH = "VersionMismatchException"

TIMEOUT_SECONDS = 60.0


class AccountStore:
    """The bookmarks of the account at `endpoint`; BookmarkError when it does not answer."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint

    def begin(self, job_name: str, run_id: str, commits: bool) -> Start:
        answer = self._call(BEGIN, {"JobName": job_name, "RunId": run_id, "Commits": commits})
        return Start(Bookmark.of_record(answer["Bookmark"]), answer["Run"], answer["Attempt"])

    def as_of(self, job_name: str, run_id: str) -> Bookmark:
        answer = self._call(READ, {"JobName": job_name, "RunId": run_id})
        return Bookmark.of_record(answer["Bookmark"])

    def append(self, bookmark: Bookmark) -> None:
        self._call(APPEND, {"Bookmark": bookmark.record()})

    def _call(self, operation: str, body: Mapping[str, Any]) -> dict[str, Any]:
        request = urllib.request.Request(
            self._endpoint,
            data=json.dumps(body).encode(),
            headers={
                "X-Amz-Target": f"AWSGlue.{operation}",
                "Content-Type": "application/x-amz-json-1.1",
            },
        )
        # A proxy of the environment is for the network; the account is on this machine.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
                found: dict[str, Any] = json.load(answer)
                return found
        except urllib.error.HTTPError as problem:
            with problem:
                said = problem.read().decode(errors="replace")
            self._refuse(said, problem)
        except OSError as problem:
            raise BookmarkError(
                f"the account at {self._endpoint} did not answer about job bookmarks: {problem}"
            ) from problem

    def _refuse(self, said: str, problem: Exception) -> NoReturn:
        try:
            error = json.loads(said)
        except ValueError:
            error = {}
        if error.get("__type") == NOT_FOUND:
            raise BookmarkNotFoundError(error["message"]) from problem
        if error.get("__type") == VERSION_MISMATCH:
            raise VersionMismatchError(error["message"]) from problem
        raise BookmarkError(
            f"the account at {self._endpoint} did not take the job bookmark: {said}"
        ) from problem
