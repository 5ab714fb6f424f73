"""Job arguments and the job object."""

import re
from typing import Any

import pytest

from awsglue.job import Job
from awsglue.utils import GlueArgumentError, getResolvedOptions


@pytest.mark.cases("resolved_options.yaml")
def test_resolved_options(case: dict[str, Any]) -> None:
    argv = ["script.py", *case["argv"]]
    if "error" in case:
        name, text = case["error"]
        with pytest.raises(Exception, match=f"^{re.escape(text)}$") as raised:
            getResolvedOptions(argv, case["options"])
        assert type(raised.value).__name__ == name
    else:
        found = getResolvedOptions(argv, case["options"])
        assert {key: found[key] for key in case["result"]} == case["result"]


def test_a_name_with_a_dash_is_not_in_the_result() -> None:
    assert "my-opt" not in getResolvedOptions(["script.py", "--my-opt", "x"], ["my-opt"])


def test_an_unknown_bookmark_option_lists_the_valid_ones() -> None:
    with pytest.raises(GlueArgumentError, match="job-bookmark-pause"):
        getResolvedOptions(["script.py", "--job-bookmark-option", "on"], [])


@pytest.fixture
def fresh_job(monkeypatch: pytest.MonkeyPatch) -> type[Job]:
    monkeypatch.setattr(Job, "job_name", None)
    monkeypatch.setattr(Job, "args", {})
    return Job


def test_a_job_is_initialized_by_init(fresh_job: type[Job]) -> None:
    job = fresh_job(None)  # type: ignore[arg-type]
    assert not job.isInitialized()
    job.init("load", getResolvedOptions(["script.py", "--JOB_NAME", "load"], ["JOB_NAME"]))
    assert job.isInitialized()
    job.commit()


@pytest.mark.parametrize("option", ["job-bookmark-enable", "job-bookmark-pause"])
def test_bookmarks_are_refused_rather_than_forgotten(fresh_job: type[Job], option: str) -> None:
    text = (
        "job bookmarks are not kept by gluelocal yet: "
        "run with --job-bookmark-option job-bookmark-disable"
    )
    with pytest.raises(NotImplementedError, match=f"^{text}$"):
        fresh_job.init("load", {"job_bookmark_option": option})
    assert not fresh_job.isInitialized()
