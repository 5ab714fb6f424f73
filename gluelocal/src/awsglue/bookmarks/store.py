"""Where bookmarks are kept: the interface, and a folder.

A version is a file that is made once and never changed. Two commits that start from one version
both try to make the next one's file, and the file system lets one of them.
"""

import json
import os
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import rmtree
from typing import Any, Protocol
from urllib.parse import quote, unquote

from awsglue.bookmarks.state import Bookmark, BookmarkNotFoundError, VersionMismatchError

FOLDER_VARIABLE = "GLUELOCAL_BOOKMARKS"
"""Names the folder of bookmarks for scripts that run without an account."""
DEFAULT_FOLDER = ".gluelocal/bookmarks"


@dataclass(frozen=True)
class Start:
    """What a run starts from: the newest bookmark, and the run's own numbers."""

    bookmark: Bookmark
    run: int
    attempt: int


class BookmarkStore(Protocol):
    """Keeps every version of every job's bookmark."""

    def begin(self, job_name: str, run_id: str, commits: bool) -> Start:
        """Notes that a run starts; `commits`: whether it means to advance the bookmark."""

    def as_of(self, job_name: str, run_id: str) -> Bookmark:
        """The bookmark of the last committed run up to and with `run_id`.

        BookmarkNotFoundError for a run that never began with bookmarks.
        """

    def append(self, bookmark: Bookmark) -> None:
        """Adds a version; VersionMismatchError unless it follows the newest one."""


class FolderStore:
    """A folder: one folder a job, in it `versions/` and, for each run, `runs/` (its version)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def begin(self, job_name: str, run_id: str, commits: bool) -> Start:
        newest = self.newest(job_name) or Bookmark(job_name)
        if newest.run_id == run_id:
            # A second init of one run: it goes on.
            return Start(newest, newest.run, newest.attempt)
        attempt = sum(
            1
            for known, note in self._runs(job_name).items()
            if note["Commits"]
            and note["Version"] == newest.version
            and known not in (run_id, newest.run_id)
        )
        self._note(job_name, run_id, newest.version, commits)
        return Start(newest, newest.last_run + 1, attempt)

    def as_of(self, job_name: str, run_id: str) -> Bookmark:
        runs = self._runs(job_name)
        if run_id not in runs:
            known = ", ".join(list(runs)[-5:]) or "none"
            raise BookmarkNotFoundError(
                f"the job {job_name!r} has no bookmark of the run {run_id!r}; its newest runs "
                f"with bookmarks: {known}"
            )
        version = runs[run_id]["Version"]
        return self._read(job_name, version) if version else Bookmark(job_name)

    def append(self, bookmark: Bookmark) -> None:
        versions = self._job(bookmark.job_name) / "versions"
        versions.mkdir(parents=True, exist_ok=True)
        found = max(self._versions(bookmark.job_name), default=0)
        expected = bookmark.version - 1
        if found != expected:
            raise VersionMismatchError.of(expected, found)
        draft = versions / f".{uuid.uuid4()}"
        draft.write_text(json.dumps(bookmark.record(), indent=1))
        try:
            # A link appears whole, and not over another file.
            os.link(draft, versions / _file_name(bookmark.version))
        except FileExistsError:
            raise VersionMismatchError.of(
                expected, max(self._versions(bookmark.job_name))
            ) from None
        finally:
            draft.unlink()
        if bookmark.run_id is not None:
            self._note(bookmark.job_name, bookmark.run_id, bookmark.version, commits=True)

    def newest(self, job_name: str) -> Bookmark | None:
        """The newest version; None when there is none."""
        version = max(self._versions(job_name), default=0)
        return self._read(job_name, version) if version else None

    def versions(self, job_name: str) -> list[Bookmark]:
        """All versions, newest first."""
        return [
            self._read(job_name, version)
            for version in sorted(self._versions(job_name), reverse=True)
        ]

    def reset(self, job_name: str, run_id: str | None = None) -> Bookmark:
        """A new version with the states that the run `run_id` committed, or with none.

        BookmarkNotFoundError without a bookmark, VersionMismatchError when a run commits meanwhile.
        """
        newest = self.newest(job_name)
        if newest is None:
            raise BookmarkNotFoundError(f"the job {job_name!r} has no bookmark yet")
        target = Bookmark(job_name) if run_id is None else self.as_of(job_name, run_id)
        again = replace(target, version=newest.version + 1, last_run=newest.last_run)
        self.append(again)
        return again

    def forget(self, job_name: str) -> None:
        """Removes all of a job's versions, as DeleteJob does."""
        with suppress(FileNotFoundError):
            rmtree(self._job(job_name))

    def _job(self, job_name: str) -> Path:
        return self._folder / _quoted(job_name)

    def _versions(self, job_name: str) -> list[int]:
        return [int(file.stem) for file in (self._job(job_name) / "versions").glob("[0-9]*.json")]

    def _read(self, job_name: str, version: int) -> Bookmark:
        file = self._job(job_name) / "versions" / _file_name(version)
        return Bookmark.of_record(json.loads(file.read_text()))

    def _runs(self, job_name: str) -> Mapping[str, Mapping[str, Any]]:
        """The notes of all runs by id, oldest first."""
        files = (self._job(job_name) / "runs").glob("*.json")
        notes = {unquote(file.stem): json.loads(file.read_text()) for file in files}
        return dict(sorted(notes.items(), key=lambda item: item[1]["Version"]))

    def _note(self, job_name: str, run_id: str, version: int, commits: bool) -> None:
        runs = self._job(job_name) / "runs"
        runs.mkdir(parents=True, exist_ok=True)
        draft = runs / f".{uuid.uuid4()}"
        draft.write_text(json.dumps({"Version": version, "Commits": commits}))
        draft.replace(runs / f"{_quoted(run_id)}.json")


def _file_name(version: int) -> str:
    return f"{version:08d}.json"


def _quoted(name: str) -> str:
    # A dot is quoted too: `..` would be another folder.
    return quote(name, safe="").replace(".", "%2E")
