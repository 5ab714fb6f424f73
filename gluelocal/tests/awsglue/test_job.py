"""Job arguments and the job object."""

import re
from typing import Any

import pytest

from awsglue.job import Job
from awsglue.utils import _global_args, getResolvedOptions


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


def test_what_was_found_is_there_for_transforms() -> None:
    found = getResolvedOptions(["script.py", "--TempDir", "s3://t/", "--a", "1"], ["a"])
    assert {key: _global_args[key] for key in found} == found
    assert _global_args["TempDir"] == "s3://t/"


def test_the_scripts_own_name_is_no_argument() -> None:
    assert getResolvedOptions(["--a", "--a", "x"], ("a",))["a"] == "x"


@pytest.mark.usefixtures("bookmark_folder")
def test_a_job_is_initialized_by_init() -> None:
    job = Job(None)  # type: ignore[arg-type]
    assert not job.isInitialized()
    job.init("load", getResolvedOptions(["script.py", "--JOB_NAME", "load"], ["JOB_NAME"]))
    assert job.isInitialized()
    job.commit()
