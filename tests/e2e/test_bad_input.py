"""Bad input ends as a FAILED run with its reason: in the run, the event, the mail and the command.

Nothing is half-written: the table is as before, and no rejects of the run are left.
"""

import json
import time
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

pytestmark = [pytest.mark.slow]

SAMPLE = Path("data/imdb_top_1000.csv")


@pytest.fixture
def loaded(first_run, deployment):
    """The target before the bad run: the sample's rows."""
    assert first_run.code == 0
    return deployment.query("select * from movies.imdb_movies order by 1, 2, 8")


@pytest.fixture
def must_fail(deployment, state_changes, loaded):
    """Runs, and checks all that is the same for every bad input; returns the run's reason."""

    def run(*words):
        ended = deployment.run(*words)
        assert ended.code == 1
        result = ended.result
        assert result["state"] == "FAILED"
        reason = result["error"]
        run_id = result["job_run_id"]
        message = " ".join(ended.errors.split())
        assert " ".join(reason.split())[:80] in message
        job_run = deployment.client("glue").get_job_run(
            JobName=deployment.outputs["JobName"], RunId=run_id
        )["JobRun"]
        assert job_run["JobRunState"] == "FAILED"
        assert job_run["ErrorMessage"] == reason
        detail = state_changes(run_id)["detail"]
        assert (detail["state"], detail["message"]) == ("FAILED", reason)
        mail = deployment.mails_of(run_id, 1)[0]
        assert "FAILED" in mail.body
        after = deployment.query("select * from movies.imdb_movies order by 1, 2, 8")
        assert after == loaded
        bucket = deployment.outputs["DataBucket"]
        assert deployment.json_lines(f"s3://{bucket}/rejected/run_id={run_id}/") == []
        return reason, job_run

    return run


@pytest.fixture
def source(deployment):
    """Puts a CSV under raw/<name>/ and gives its folder."""

    def put(name, body):
        bucket = deployment.outputs["DataBucket"]
        deployment.client("s3").put_object(Bucket=bucket, Key=f"raw/{name}/{name}.csv", Body=body)
        return f"s3://{bucket}/raw/{name}/"

    return put


def test_a_source_that_is_not_there(must_fail, deployment):
    missing = f"s3://{deployment.outputs['DataBucket']}/raw/nowhere/"
    reason, _ = must_fail("--source", missing)
    assert missing in reason


def test_an_empty_file(must_fail, source):
    reason, _ = must_fail("--source", source("empty_file", b""))
    assert "empty" in reason


def test_a_header_and_no_rows(must_fail, source):
    header = SAMPLE.read_bytes().splitlines(keepends=True)[0]
    reason, _ = must_fail("--source", source("only_header", header))
    assert "header" in reason


def test_a_missing_column_is_named(must_fail, source):
    lines = SAMPLE.read_text().splitlines()[:5]
    # The first column has no quoted comma in these lines.
    without_title = "\n".join(line.partition(",")[2] for line in lines)
    reason, _ = must_fail("--source", source("no_title", without_title.encode()))
    assert "series_title" in reason


def test_a_ruleset_with_a_syntax_error_is_refused_before_spark_starts(must_fail, deployment):
    file = Path("conf/rulesets/broken_for_a_test.dqdl")
    file.write_text('Rules = [\n    RowCount > 0,\n    IsComplet "series_title"\n]\n')
    try:
        reason, job_run = must_fail("--ruleset", file.stem)
    finally:
        file.unlink()
    assert "line 3" in reason
    assert "IsComplete" in reason
    folder = deployment.account.state / "jobs" / job_run["JobName"] / job_run["Id"]
    assert "resolving dependencies" not in (folder / "error.log").read_text()


def test_a_redshift_that_refuses_the_password(must_fail, deployment):
    secrets = deployment.client("secretsmanager")
    name = next(one["Name"] for one in secrets.list_secrets()["SecretList"])
    good = secrets.get_secret_value(SecretId=name)["SecretString"]
    secrets.put_secret_value(
        SecretId=name, SecretString=json.dumps(json.loads(good) | {"password": "not-it-4711"})
    )
    try:
        reason, _ = must_fail()
    finally:
        secrets.put_secret_value(SecretId=name, SecretString=good)
    assert "password" in reason
    assert "not-it-4711" not in reason


def test_a_target_table_that_is_missing(loaded, deployment, state_changes):
    deployment.execute("alter table movies.imdb_movies rename to imdb_movies_away")
    try:
        ended = deployment.run()
    finally:
        deployment.execute("alter table movies.imdb_movies_away rename to imdb_movies")
    assert ended.code == 1
    assert ended.result["state"] == "FAILED"
    assert "imdb_movies" in ended.result["error"]
    assert state_changes(ended.result["job_run_id"])["detail"]["state"] == "FAILED"
    assert deployment.count() == len(loaded)


def test_a_second_run_while_one_runs(loaded, deployment):
    glue, job = deployment.client("glue"), deployment.outputs["JobName"]
    run_id = glue.start_job_run(JobName=job)["JobRunId"]
    try:
        ended = deployment.run()
        assert ended.code == 1
        assert "already" in ended.errors or "oncurrent" in ended.errors
    finally:
        glue.batch_stop_job_run(JobName=job, JobRunIds=[run_id])
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            state = glue.get_job_run(JobName=job, RunId=run_id)["JobRun"]["JobRunState"]
        except ClientError as problem:
            pytest.fail(str(problem))
        if state == "STOPPED":
            break
        time.sleep(0.1)
    assert state == "STOPPED"
    assert deployment.count() == len(loaded)
