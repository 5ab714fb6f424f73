"""Cleaning deletes what dead runs left when it is old, and nothing that anybody may still need."""

import io
import json
import time
import uuid
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from rich.console import Console
from typer.testing import CliRunner

from imdb_etl.errors import ConfigError
from imdb_etl.locations import Places
from imdb_etl.ops.clean import Cleaned, CleanedFolder, Cleaner, CleanError
from imdb_etl.ops.cli import app
from imdb_etl.ops.output import JsonOutput, TextOutput
from imdb_etl.ops.run import ENDED

OLD = timedelta(days=8)


class Glue:
    """The one call that cleaning makes, answered from `states`."""

    exceptions = boto3.client(
        "glue", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    ).exceptions

    def __init__(self, states):
        self.states = states

    def get_job_run(self, JobName, RunId):  # noqa: N803 - as boto3 has it
        assert JobName == "imdb-etl"
        if RunId not in self.states:
            error = {"Error": {"Code": "EntityNotFoundException", "Message": RunId}}
            raise self.exceptions.EntityNotFoundException(error, "GetJobRun")
        return {"JobRun": {"Id": RunId, "JobRunState": self.states[RunId]}}


@pytest.fixture
def s3(aws):
    return aws("s3")


@pytest.fixture
def bucket(s3):
    name = f"clean-{uuid.uuid4().hex[:12]}"
    s3.create_bucket(Bucket=name)
    return name


@pytest.fixture
def put(s3, bucket):
    def write(place, body=b"12345"):
        s3.put_object(Bucket=bucket, Key=place.key, Body=body)

    return write


@pytest.fixture
def clean(s3, bucket):
    """Cleans as if `age` had gone by since the test wrote its objects."""

    def call(states, age=OLD, dry_run=False, days=7):
        cleaner = Cleaner(s3, Glue(states), bucket, "imdb-etl")
        return cleaner.clean(days, datetime.now(UTC) + age, dry_run)

    return call


@pytest.fixture
def keys(s3, bucket):
    def listed():
        return {one["Key"] for one in s3.list_objects_v2(Bucket=bucket).get("Contents", [])}

    return listed


def places(bucket, run_id):
    return Places.of(bucket, run_id)


def test_old_staged_files_go_and_nothing_else_does(bucket, put, clean, keys):
    run = places(bucket, "jr_1")
    put(run.staging / "a/manifest.json")
    put(run.staging / "a/part-0.csv.gz")
    for kept in (run.summary, run.marker, run.rejects / "part", run.rule_outcomes / "part"):
        put(kept)
    before = keys()
    result = clean({"jr_1": "SUCCEEDED"})
    assert result.folders == (CleanedFolder(str(run.staging), 2, 10),)
    assert (result.objects, result.size) == (2, 10)
    assert keys() == {key for key in before if not key.startswith(run.staging.key)}
    assert len(keys()) == 4


@pytest.mark.parametrize(
    ("state", "deleted"),
    [(None, True), ("RUNNING", False), ("STARTING", False), ("STOPPING", False)]
    + [(state, True) for state in sorted(ENDED)],
)
def test_staged_files_of_a_run_that_goes_on_stay(bucket, put, clean, state, deleted):
    put(places(bucket, "jr_1").staging / "part")
    result = clean({"jr_1": state} if state else {})
    assert result.objects == int(deleted)


def test_a_folder_is_as_young_as_its_newest_object(bucket, put, clean, keys):
    run = places(bucket, "jr_1")
    put(run.staging / "part")
    put(run.rejects / "part")
    before = keys()
    assert clean({"jr_1": "FAILED"}, age=timedelta(days=6)).folders == ()
    assert keys() == before
    assert clean({"jr_1": "FAILED"}, age=OLD).objects == 2
    assert keys() == set()


def test_a_folder_with_one_fresh_object_stays_whole(s3, bucket, clean, put, keys):
    folder = places(bucket, "jr_1").staging
    put(folder / "b-old")
    put(folder / "d-old")
    # S3's times have whole seconds. By name the fresh object is neither the first nor the last.
    time.sleep(2.1)
    put(folder / "c-fresh")
    written = s3.head_object(Bucket=bucket, Key=(folder / "c-fresh").key)["LastModified"]
    between = written - timedelta(seconds=1) + timedelta(days=7)
    before = keys()
    assert clean({"jr_1": "FAILED"}, age=between - datetime.now(UTC)).folders == ()
    assert keys() == before


@pytest.mark.parametrize("state", ["FAILED", "STOPPED", "TIMEOUT", "ERROR"])
def test_rejects_of_a_dead_run_go(bucket, put, clean, keys, state):
    put(places(bucket, "jr_1").rejects / "part")
    assert clean({"jr_1": state}).objects == 1
    assert keys() == set()


@pytest.mark.parametrize("state", [None, "SUCCEEDED", "RUNNING", "STARTING", "STOPPING", "EXPIRED"])
def test_rejects_of_a_run_that_is_not_known_to_be_dead_stay(bucket, put, clean, keys, state):
    put(places(bucket, "jr_1").rejects / "part")
    before = keys()
    assert clean({"jr_1": state} if state else {}).folders == ()
    assert keys() == before


@pytest.mark.parametrize("sign", ["marker", "summary", "pending"])
def test_rejects_of_a_dead_run_that_loaded_or_may_have_loaded_stay(bucket, put, clean, keys, sign):
    run = places(bucket, "jr_1")
    put(run.rejects / "part")
    put(getattr(run, sign))
    before = keys()
    assert clean({"jr_1": "FAILED"}).folders == ()
    assert keys() == before


def test_a_run_whose_id_begins_like_a_dead_one_s_is_not_touched(bucket, put, clean, keys):
    put(places(bucket, "jr_1").rejects / "part")
    other = places(bucket, "jr_10")
    put(other.rejects / "part")
    clean({"jr_1": "FAILED", "jr_10": "RUNNING"})
    assert keys() == {(other.rejects / "part").key}


def test_a_dry_run_says_the_same_and_deletes_nothing(bucket, put, clean, keys):
    put(places(bucket, "jr_1").staging / "part")
    put(places(bucket, "jr_1").rejects / "part")
    before = keys()
    dry = clean({"jr_1": "FAILED"}, dry_run=True)
    assert keys() == before
    done = clean({"jr_1": "FAILED"})
    assert (dry.folders, dry.dry_run, done.dry_run) == (done.folders, True, False)
    assert keys() == set()


def test_more_objects_than_one_request_deletes(bucket, put, clean, keys):
    folder = places(bucket, "jr_1").staging
    for number in range(1003):
        put(folder / f"part-{number}", b"")
    assert clean({"jr_1": "FAILED"}).objects == 1003
    assert keys() == set()


def test_a_refused_deletion_is_an_error_though_the_request_succeeds(s3, bucket, put, monkeypatch):
    put(places(bucket, "jr_1").staging / "part")
    error = {"Key": "k", "Code": "AccessDenied", "Message": "no"}
    monkeypatch.setattr(s3, "delete_objects", lambda **_: {"Errors": [error]})
    cleaner = Cleaner(s3, Glue({"jr_1": "FAILED"}), bucket, "imdb-etl")
    with pytest.raises(CleanError, match=r"1 objects were not deleted, the first k: no \(Access"):
        cleaner.clean(7, datetime.now(UTC) + OLD, dry_run=False)


def test_files_of_today_are_never_cleaned(clean):
    with pytest.raises(ConfigError, match="0 days: files are kept for 1 day at least"):
        clean({}, days=0)


@pytest.fixture
def call(project, aws_variables, bucket, monkeypatch):
    """Runs `imdb-etl clean ...` in the project; the account's stack is left out."""
    monkeypatch.chdir(project.root)
    outputs = {"DataBucket": bucket, "JobName": "imdb-etl"}
    monkeypatch.setattr("imdb_etl.ops.command.process_environment", lambda: {**aws_variables})
    monkeypatch.setattr("imdb_etl.ops.command.require_outputs", lambda *_: outputs)
    return lambda *words: CliRunner().invoke(app, ["clean", *words])


def test_the_command_keeps_fresh_files_and_takes_its_age_from_conf(
    call, bucket, put, keys, settings
):
    run = places(bucket, "jr_1")
    put(run.staging / "part")
    put(run.rejects / "part")
    before = keys()
    answer = call("--output", "json")
    assert answer.exit_code == 0, answer.stderr
    record = json.loads(answer.stdout)
    assert (record["objects"], record["dry_run"]) == (0, False)
    assert record["older_than_days"] == settings.staging_keep_days
    dry = json.loads(call("--older-than", "1", "--dry-run", "--output", "json").stdout)
    assert (dry["objects"], dry["dry_run"], dry["older_than_days"]) == (0, True, 1)
    assert keys() == before
    assert call("--older-than", "0").exit_code == 2


def test_what_was_deleted_as_text_and_as_json():
    result = Cleaned(True, 7, (CleanedFolder("s3://d/staging/run_id=jr_1/", 2, 1234),))
    out = io.StringIO()
    TextOutput(Console(file=out, width=120), Console(file=out)).cleaned(result)
    assert out.getvalue().splitlines() == [
        "Would delete s3://d/staging/run_id=jr_1/: 2 objects, 1,234 bytes",
        "Would delete 2 objects, 1,234 bytes, of runs that did not finish and wrote nothing for "
        "7 days",
    ]
    out = io.StringIO()
    JsonOutput(Console(file=out), Console(file=out)).cleaned(result)
    record = json.loads(out.getvalue())
    assert (record["dry_run"], record["objects"], record["size"]) == (True, 2, 1234)
