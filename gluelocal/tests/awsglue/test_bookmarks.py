"""Job bookmarks: what counts as read, versions and run numbers, the folder that keeps them."""

import os
import threading
from pathlib import Path
from typing import Any

import pytest

from awsglue.bookmarks import run as bookmarked
from awsglue.bookmarks.account import AccountStore
from awsglue.bookmarks.files import unread
from awsglue.bookmarks.run import BookmarkedRun, current, tracked
from awsglue.bookmarks.state import (
    Bookmark,
    BookmarkError,
    BookmarkNotFoundError,
    VersionMismatchError,
)
from awsglue.bookmarks.store import FolderStore, Start
from awsglue.errors import InvalidOptionError
from awsglue.job import Job
from awsglue.storage import File

pytestmark = pytest.mark.usefixtures("bookmark_folder")

ENABLE = {"job_bookmark_option": "job-bookmark-enable"}
PAUSE = {"job_bookmark_option": "job-bookmark-pause"}


@pytest.fixture
def store(bookmark_folder: Path) -> FolderStore:
    return FolderStore(bookmark_folder)


def listing(files: dict[str, Any]) -> dict[str, list[File]]:
    return {
        part: [File(path, size, modified) for path, (modified, size) in named.items()]
        for part, named in files.items()
    }


def started(run_id: str, job_name: str = "load", **args: str) -> BookmarkedRun:
    Job.init(job_name, {**ENABLE, "JOB_RUN_ID": run_id, **args})
    run = current()
    assert run is not None
    return run


def committed(run_id: str, **states: Any) -> BookmarkedRun:
    run = started(run_id)
    for transformation_ctx, state in states.items():
        run.advance(transformation_ctx, {"at": state})
    Job.commit()
    return run


@pytest.mark.cases("bookmarked_files.yaml")
def test_the_files_that_a_run_takes(case: dict[str, Any]) -> None:
    for number, step in enumerate(case["runs"]):
        run = started(f"jr_{number}")
        taken = unread(run, "source", listing(step["files"]), step.get("options", {}))
        everything = [file for files in taken.values() for file in files]
        everything.sort(key=lambda file: (file.modified, file.path))
        assert [file.path for file in everything] == step["takes"]
        if step.get("commit", True):
            Job.commit()


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"boundedFiles": "some"}, "boundedFiles must be a whole number in a string, not 'some'"),
        ({"boundedSize": "-1"}, "boundedSize must be a whole number"),
        ({"maxBand": "1.5"}, "maxBand must be a whole number"),
        ({"boundedFiles": "1", "boundedSize": "1"}, "only one bound is supported"),
    ],
)
def test_bounds_that_are_none_are_refused(options: dict[str, str], text: str) -> None:
    with pytest.raises(InvalidOptionError, match=text):
        unread(started("jr_1"), "source", {}, options)


def test_only_commit_advances_and_all_contexts_at_once(store: FolderStore) -> None:
    run = started("jr_1")
    run.advance("one", {"at": 1})
    run.advance("two", {"at": 2})
    assert store.newest("load") is None
    Job.commit()
    newest = store.newest("load")
    assert newest is not None
    assert newest.states == {"one": {"at": 1}, "two": {"at": 2}}
    committed("jr_2", two=3)
    assert started("jr_3").after == {"one": {"at": 1}, "two": {"at": 3}}


def test_the_entry_has_the_services_fields_and_shape(store: FolderStore) -> None:
    committed("jr_1", one=1)
    committed("jr_2", one=2)
    newest = store.newest("load")
    assert newest is not None
    entry = newest.entry()
    assert entry.pop("JobBookmark") == (
        '{"job_name": "load", "run_id": "jr_2", "run_number": 2, "attempt_number": 0, '
        '"states": {"one": {"at": 2}}}'
    )
    assert entry == {
        "JobName": "load",
        "Version": 2,
        "Run": 2,
        "Attempt": 0,
        "RunId": "jr_2",
        "PreviousRunId": "jr_1",
    }


def test_jobs_have_bookmarks_of_their_own() -> None:
    committed("jr_1", one=1)
    assert started("jr_2", job_name="other").after == {}


def test_the_run_number_grows_with_commits_and_the_attempt_with_failures() -> None:
    numbers = []
    for run_id, commits in [("a", False), ("b", False), ("c", True), ("d", False), ("e", True)]:
        run = started(f"jr_{run_id}")
        numbers.append((run.number, run.attempt))
        if commits:
            Job.commit()
    assert numbers == [(1, 0), (1, 1), (1, 2), (2, 0), (2, 1)]


def test_files_are_marked_by_context_and_run_number() -> None:
    marks = []
    for run_id, commits in [("a", True), ("b", False), ("c", True)]:
        started(f"jr_{run_id}")
        marks.append(bookmarked.output_mark("sink"))
        if commits:
            Job.commit()
    assert marks == ["sink-1", "sink-2", "sink-2"]
    assert bookmarked.output_mark("") is None
    Job.init("load", PAUSE)
    assert bookmarked.output_mark("sink") is None
    Job.init("load", {})
    assert bookmarked.output_mark("sink") is None


def test_a_run_may_commit_twice_and_stays_one_run(store: FolderStore) -> None:
    run = committed("jr_1", one=1)
    run.advance("one", {"at": 2})
    Job.commit()
    assert (run.number, run.attempt) == (1, 0)
    assert [(one.version, one.run, one.states) for one in store.versions("load")] == [
        (2, 1, {"one": {"at": 2}}),
        (1, 1, {"one": {"at": 1}}),
    ]
    again = started("jr_1")
    assert (again.number, again.after) == (1, {"one": {"at": 2}})


def test_without_a_context_or_with_bookmarks_disabled_nothing_is_tracked() -> None:
    run = started("jr_1")
    assert tracked("source") is run
    assert tracked("") is None
    Job.init("load", {"job_bookmark_option": "job-bookmark-disable"})
    assert tracked("source") is None
    Job.commit()


def test_an_unknown_option_names_the_valid_ones() -> None:
    with pytest.raises(InvalidOptionError, match="valid: job-bookmark-enable, job-bookmark-dis"):
        Job.init("load", {"job_bookmark_option": "enable"})
    assert not Job.isInitialized()


def test_of_two_overlapping_runs_the_second_commit_fails_and_changes_nothing(
    store: FolderStore,
) -> None:
    committed("jr_1", one=1)
    first, second = started("jr_2"), started("jr_3")
    second.advance("one", {"at": 3})
    second.commit()
    first.advance("one", {"at": 2})
    text = (
        "Continuation update failed due to version mismatch. Expected version 1 but found "
        "version 2. .* set MaxConcurrentRuns to 1"
    )
    with pytest.raises(VersionMismatchError, match=text):
        first.commit()
    newest = store.newest("load")
    assert newest is not None
    assert newest.states == {"one": {"at": 3}}


def test_of_many_commits_at_one_moment_exactly_one_is_kept(store: FolderStore) -> None:
    outcomes: list[str] = []
    together = threading.Barrier(8)

    def commit(number: int) -> None:
        bookmark = Bookmark("load", version=1, run=1, run_id=f"jr_{number}", last_run=1)
        together.wait()
        try:
            store.append(bookmark)
            outcomes.append("kept")
        except VersionMismatchError:
            outcomes.append("refused")

    threads = [threading.Thread(target=commit, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["kept"] + ["refused"] * 7
    assert len(store.versions("load")) == 1


def test_a_commit_that_breaks_off_leaves_no_half_version(
    store: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    committed("jr_1", one=1)
    run = started("jr_2")
    run.advance("one", {"at": 2})

    def full_disk(*_: Any) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "link", full_disk)
    with pytest.raises(OSError, match="no space left"):
        Job.commit()
    monkeypatch.undo()
    assert [one.version for one in store.versions("load")] == [1]


def test_a_paused_run_reads_what_is_new_and_advances_nothing() -> None:
    committed("jr_1", one=1)
    Job.init("load", {**PAUSE, "JOB_RUN_ID": "jr_2"})
    run = current()
    assert run is not None
    assert (run.after, run.until) == ({"one": {"at": 1}}, None)
    run.advance("one", {"at": 2})
    Job.commit()
    assert started("jr_3").after == {"one": {"at": 1}}


def test_a_paused_run_is_no_failed_attempt() -> None:
    Job.init("load", {**PAUSE, "JOB_RUN_ID": "jr_1"})
    assert started("jr_2").attempt == 0


def test_a_paused_run_with_a_range_reads_what_the_runs_in_it_read() -> None:
    files = {"a": [1, 1], "b": [2, 1], "c": [3, 1], "d": [4, 1]}
    for number in range(1, 5):
        run = started(f"jr_{number}")
        there = dict(list(files.items())[:number])
        unread(run, "source", listing({"": there}), {})
        if number != 3:
            Job.commit()

    def read_in(first: str, last: str) -> list[str]:
        limits = {"job_bookmark_from": first, "job_bookmark_to": last}
        Job.init("load", {**PAUSE, "JOB_RUN_ID": "jr_pause", **limits})
        run = current()
        assert run is not None
        taken = unread(run, "source", listing({"": {**files, "e": [9, 1]}}), {})[""]
        return [file.path for file in taken]

    assert read_in("jr_1", "jr_2") == ["b"]
    assert read_in("jr_1", "jr_4") == ["b", "c", "d"]
    # The run 3 failed: it stands for the last successful run before it.
    assert read_in("jr_3", "jr_4") == ["c", "d"]
    assert read_in("jr_2", "jr_3") == []
    with pytest.raises(BookmarkNotFoundError, match=r"no bookmark of the run 'jr_9'.*jr_4"):
        read_in("jr_1", "jr_9")


def test_a_reset_forgets_what_was_read_but_not_the_numbers(store: FolderStore) -> None:
    committed("jr_1", one=1)
    committed("jr_2", one=2)
    again = store.reset("load")
    assert (again.version, again.run, again.states) == (3, 0, {})
    run = committed("jr_3", one=3)
    assert (run.number, run.attempt) == (3, 0)
    newest = store.newest("load")
    assert newest is not None
    assert (newest.version, newest.run_id, newest.previous_run_id) == (4, "jr_3", None)


def test_a_rewind_goes_back_to_what_was_read_with_a_run(store: FolderStore) -> None:
    for number in (1, 2, 3):
        committed(f"jr_{number}", one=number)
    started("jr_failed")
    again = store.reset("load", "jr_1")
    assert (again.version, again.run, again.run_id) == (4, 1, "jr_1")
    run = started("jr_5")
    assert (run.after, run.number, run.attempt) == ({"one": {"at": 1}}, 4, 0)
    assert store.reset("load", "jr_failed").states == {"one": {"at": 3}}


def test_what_is_not_there_cannot_be_reset(store: FolderStore) -> None:
    with pytest.raises(BookmarkNotFoundError, match="the job 'load' has no bookmark yet"):
        store.reset("load")
    committed("jr_1")
    with pytest.raises(BookmarkNotFoundError, match=r"runs with bookmarks: jr_1$"):
        store.reset("load", "jr_2")


def test_a_reset_during_a_run_makes_its_commit_fail(store: FolderStore) -> None:
    committed("jr_1", one=1)
    started("jr_2")
    store.reset("load")
    with pytest.raises(VersionMismatchError):
        Job.commit()


def test_a_forgotten_bookmark_starts_anew(store: FolderStore) -> None:
    committed("jr_1", one=1)
    store.forget("load")
    store.forget("load")
    run = started("jr_2")
    assert (run.after, run.number) == ({}, 1)


@pytest.mark.parametrize("name", ["..", "a/b", "a b:c?", ".", "été"])
def test_any_job_name_has_a_folder_inside_the_store(bookmark_folder: Path, name: str) -> None:
    started("../jr", job_name=name)
    Job.commit()
    store = FolderStore(bookmark_folder)
    assert store.newest(name) is not None
    assert store.as_of(name, "../jr").version == 1
    assert len(list(bookmark_folder.iterdir())) == 1


def test_an_account_that_does_not_answer_is_named() -> None:
    with pytest.raises(BookmarkError, match=r"account at http://127\.0\.0\.1:9 did not answer"):
        AccountStore("http://127.0.0.1:9").begin("load", "jr_1", commits=True)


def test_a_bookmark_survives_its_record() -> None:
    whole = Bookmark("load", 3, 2, 1, "jr_2", "jr_1", {"one": {"at": 1}}, last_run=5)
    assert Bookmark.of_record(whole.record()) == whole
    assert Bookmark.of_record(Bookmark("load").record()) == Bookmark("load")


def test_a_new_job_starts_at_run_1(store: FolderStore) -> None:
    assert store.begin("load", "jr_1", commits=True) == Start(Bookmark("load"), 1, 0)
