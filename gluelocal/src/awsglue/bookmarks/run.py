"""The bookmarked run that this process is: what its sources start from, and what they have read.

`current()` is None while bookmarks are off; then every source reads everything.
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from awsglue.bookmarks.account import ENDPOINT_VARIABLE, AccountStore
from awsglue.bookmarks.state import Bookmark, State
from awsglue.bookmarks.store import (
    DEFAULT_FOLDER,
    FOLDER_VARIABLE,
    BookmarkStore,
    FolderStore,
    Start,
)


@dataclass
class BookmarkedRun:
    """A run between Job.init and Job.commit.

    `after`: what was read before and is not read again. `until` (a paused run with a range): what
    may be read at most. `advanced`: the new state of each context that this run has read.
    """

    store: BookmarkStore
    start: Start
    run_id: str
    paused: bool = False
    after: Mapping[str, State] = field(default_factory=dict)
    until: Mapping[str, State] | None = None
    advanced: dict[str, State] = field(default_factory=dict)

    @property
    def number(self) -> int:
        """The run number: it grows with every committed run."""
        return self.start.run

    @property
    def attempt(self) -> int:
        """0, or how many runs before this one had the same number and did not commit."""
        return self.start.attempt

    def advance(self, transformation_ctx: str, state: State) -> None:
        """Notes what a source has read; it counts from the commit on."""
        self.advanced[transformation_ctx] = state

    def commit(self) -> None:
        """Keeps all contexts' states as one version; VersionMismatchError when there is another.

        A paused run leaves the bookmark as it is.
        """
        if self.paused:
            return
        old = self.start.bookmark
        new = Bookmark(
            job_name=old.job_name,
            version=old.version + 1,
            run=self.number,
            attempt=self.attempt,
            run_id=self.run_id,
            previous_run_id=old.previous_run_id if old.run_id == self.run_id else old.run_id,
            states={**old.states, **self.advanced},
            last_run=self.number,
        )
        self.store.append(new)
        self.start = replace(self.start, bookmark=new)


_current: BookmarkedRun | None = None


def current() -> BookmarkedRun | None:
    """The run whose bookmark is used; None while bookmarks are disabled, or before Job.init."""
    return _current


def tracked(transformation_ctx: str) -> BookmarkedRun | None:
    """`current()` for an element of the script; None for one without a transformation_ctx."""
    return _current if transformation_ctx else None


def output_mark(transformation_ctx: str) -> str | None:
    """What the names of a sink's files have where others have the time: `<ctx>-<run number>`.

    A new attempt at a run writes the same names again. None without a bookmark, and in a paused
    run, whose number the next run will have too.
    """
    run = tracked(transformation_ctx)
    return None if run is None or run.paused else f"{transformation_ctx}-{run.number}"


def begin(job_name: str, args: Mapping[str, Any], paused: bool) -> None:
    """Loads the job's bookmark for a run; `args` are those of getResolvedOptions.

    BookmarkNotFoundError when the range of a paused run names runs that there were not.
    """
    global _current
    _current = None
    store = _store()
    run_id = args.get("JOB_RUN_ID") or f"jr_{secrets.token_hex(32)}"
    first, last = args.get("job_bookmark_from"), args.get("job_bookmark_to")
    start = store.begin(job_name, run_id, commits=not paused)
    after, until = start.bookmark.states, None
    if paused and first and last:
        after = store.as_of(job_name, first).states
        until = store.as_of(job_name, last).states
    _current = BookmarkedRun(store, start, run_id, paused, after, until)


def end() -> None:
    """From here on bookmarks are off."""
    global _current
    _current = None


def _store() -> BookmarkStore:
    if endpoint := os.environ.get(ENDPOINT_VARIABLE):
        return AccountStore(endpoint)
    return FolderStore(Path(os.environ.get(FOLDER_VARIABLE) or DEFAULT_FOLDER))
