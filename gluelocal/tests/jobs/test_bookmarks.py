"""Job bookmarks through the Glue API, advanced by job runs.

The scripts are `pythonshell` jobs that advance the bookmark themselves, so that a run takes a
moment and not a Spark start.
"""

import json
import time
import urllib.request
import uuid

import pytest
from botocore.exceptions import ClientError

ENDED = {"SUCCEEDED", "FAILED", "TIMEOUT", "STOPPED"}
ADVANCE = """
import sys
from awsglue.bookmarks import run
from awsglue.job import Job
from awsglue.utils import getResolvedOptions

args = getResolvedOptions(sys.argv, ["bookmark_of", "at"])
Job.init(args["bookmark_of"], args)
current = run.current()
print("before", dict(current.after), "until", current.until, "run", current.number)
current.advance("source", {"at": int(args["at"])})
if "--fail" in sys.argv:
    raise ValueError("no commit")
if "--wait-for" in sys.argv:
    import time, pathlib
    place = pathlib.Path(sys.argv[sys.argv.index("--wait-for") + 1])
    (place / "started").touch()
    while not (place / "go").exists():
        time.sleep(0.02)
Job.commit()
"""


@pytest.fixture(scope="module")
def glue(local_account):
    return local_account.client("glue")


@pytest.fixture
def make_job(local_account, glue):
    s3 = local_account.client("s3")
    s3.create_bucket(Bucket="bookmark-scripts")

    def make(**properties):
        name = f"job-{uuid.uuid4().hex[:8]}"
        s3.put_object(Bucket="bookmark-scripts", Key=f"{name}.py", Body=ADVANCE.encode())
        command = {"Name": "pythonshell", "ScriptLocation": f"s3://bookmark-scripts/{name}.py"}
        glue.create_job(
            Name=name,
            Role="arn:aws:iam::000000000000:role/r",
            Command=command,
            DefaultArguments={"--job-bookmark-option": "job-bookmark-enable"},
            **properties,
        )
        return name

    return make


def start(glue, name, at, **arguments):
    given = {"--at": str(at), "--bookmark_of": name}
    given |= {f"--{key}": value for key, value in arguments.items()}
    return glue.start_job_run(JobName=name, Arguments=given)["JobRunId"]


def ended(glue, name, run_id, seconds=30.0):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        job_run = glue.get_job_run(JobName=name, RunId=run_id)["JobRun"]
        if job_run["JobRunState"] in ENDED:
            return job_run
        time.sleep(0.05)
    raise AssertionError(f"run {run_id} is {job_run['JobRunState']} after {seconds} s")


def run(glue, name, at, state="SUCCEEDED", **arguments):
    job_run = ended(glue, name, start(glue, name, at, **arguments))
    assert job_run["JobRunState"] == state, job_run
    return job_run["Id"]


def bookmark(glue, name, **request):
    entry = glue.get_job_bookmark(JobName=name, **request)["JobBookmarkEntry"]
    return entry, json.loads(entry["JobBookmark"])["states"]


def listed(account, name, **request):
    """GetJobBookmarks, which boto3 does not know."""
    asked = urllib.request.Request(
        account.environment["AWS_ENDPOINT_URL"],
        data=json.dumps({"JobName": name, **request}).encode(),
        headers={"X-Amz-Target": "AWSGlue.GetJobBookmarks"},
    )
    with urllib.request.urlopen(asked, timeout=30) as answer:
        return json.load(answer)


def test_runs_advance_the_bookmark_and_a_failed_run_does_not(glue, make_job):
    name = make_job()
    first = run(glue, name, 1)
    run(glue, name, 2, state="FAILED", fail="")
    third = run(glue, name, 3)
    entry, states = bookmark(glue, name)
    assert states == {"source": {"at": 3}}
    del entry["JobBookmark"]
    assert entry == {
        "JobName": name,
        "Version": 2,
        "Run": 2,
        "Attempt": 1,
        "PreviousRunId": first,
        "RunId": third,
    }
    assert bookmark(glue, name, RunId=first)[1] == {"source": {"at": 1}}


def test_a_retry_of_the_service_is_the_next_attempt(glue, make_job):
    name = make_job(MaxRetries=1)
    first = run(glue, name, 1, state="FAILED", fail="")
    deadline = time.monotonic() + 30
    while len(runs := glue.get_job_runs(JobName=name)["JobRuns"]) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    [again] = [one for one in runs if one["Id"] != first]
    ended(glue, name, again["Id"])
    run(glue, name, 2)
    assert bookmark(glue, name)[0]["Attempt"] == 2


def test_reset_and_rewind(glue, make_job, local_account):
    name = make_job()
    ids = [run(glue, name, at) for at in (1, 2)]
    entry = glue.reset_job_bookmark(JobName=name, RunId=ids[0])["JobBookmarkEntry"]
    assert (entry["Version"], entry["RunId"], entry["Run"]) == (3, ids[0], 1)
    assert bookmark(glue, name)[1] == {"source": {"at": 1}}
    entry = glue.reset_job_bookmark(JobName=name)["JobBookmarkEntry"]
    assert (entry["Version"], entry["Run"], "RunId" in entry) == (4, 0, False)
    assert bookmark(glue, name)[1] == {}
    run(glue, name, 5)
    assert bookmark(glue, name)[1] == {"source": {"at": 5}}

    answer = listed(local_account, name, MaxResults=3)
    assert [one["Version"] for one in answer["JobBookmarkEntries"]] == [5, 4, 3]
    assert answer["NextToken"] == 4
    answer = listed(local_account, name, MaxResults=3, NextToken=4)
    assert [one["Version"] for one in answer["JobBookmarkEntries"]] == [2, 1]
    assert answer["NextToken"] == 1


def test_a_paused_run_has_a_range_of_runs_and_advances_nothing(glue, make_job, local_account):
    name = make_job()
    ids = [run(glue, name, at) for at in (1, 2, 3)]
    limits = {"job-bookmark-from": ids[0], "job-bookmark-to": ids[1]}
    paused = run(glue, name, 9, **{"job-bookmark-option": "job-bookmark-pause", **limits})
    log = (local_account.state / "jobs" / name / paused / "output.log").read_text()
    assert "before {'source': {'at': 1}} until {'source': {'at': 2}}" in log
    assert bookmark(glue, name)[1] == {"source": {"at": 3}}


def test_of_two_runs_at_once_the_second_commit_fails(glue, make_job, tmp_path):
    name, beside = make_job(), make_job()
    run(glue, name, 1)
    slow = start(glue, name, 2, **{"wait-for": str(tmp_path)})
    deadline = time.monotonic() + 30
    while not (tmp_path / "started").exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    run(glue, beside, 3, bookmark_of=name)
    (tmp_path / "go").touch()
    job_run = ended(glue, name, slow)
    assert job_run["JobRunState"] == "FAILED"
    assert job_run["ErrorMessage"].startswith(
        "VersionMismatchError: Continuation update failed due to version mismatch. "
        "Expected version 1 but found version 2"
    )
    assert bookmark(glue, name)[1] == {"source": {"at": 3}}


def test_a_deleted_jobs_bookmark_is_gone(glue, make_job):
    name = make_job()
    run(glue, name, 1)
    glue.delete_job(JobName=name)
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.get_job_bookmark(JobName=name)


def test_what_has_no_bookmark_is_not_found(glue, make_job, local_account):
    name = make_job()
    text = f"Continuation for job {name} not found"
    with pytest.raises(glue.exceptions.EntityNotFoundException, match=text):
        glue.get_job_bookmark(JobName=name)
    with pytest.raises(glue.exceptions.EntityNotFoundException, match=text):
        glue.reset_job_bookmark(JobName=name)
    with pytest.raises(urllib.error.HTTPError):
        listed(local_account, name)
    run_id = run(glue, name, 1)
    with pytest.raises(glue.exceptions.EntityNotFoundException, match=run_id):
        glue.get_job_bookmark(JobName=name, RunId="jr_of_nobody")
    with pytest.raises(ClientError, match="JobName is missing"):
        glue.get_job_bookmark(JobName="")


def test_a_range_that_names_an_unknown_run_fails_the_run(glue, make_job):
    name = make_job()
    known = run(glue, name, 1)
    limits = {"job-bookmark-from": known, "job-bookmark-to": "jr_nobody"}
    paused = start(glue, name, 2, **{"job-bookmark-option": "job-bookmark-pause", **limits})
    message = ended(glue, name, paused)["ErrorMessage"]
    assert message.startswith("BookmarkNotFoundError: the job")
    assert "no bookmark of the run 'jr_nobody'" in message
