"""`imdb-etl destroy` on a local account: asked first, then gone, or told what is still there."""

import io
import json
from dataclasses import replace

import boto3
import pytest
from botocore.stub import Stubber
from rich.console import Console
from typer.testing import CliRunner

from imdb_etl.ops import buckets, destroy
from imdb_etl.ops.buckets import Bucket, BucketError
from imdb_etl.ops.cli import app
from imdb_etl.ops.deploy import deploy
from imdb_etl.ops.destroy import Doomed
from imdb_etl.ops.progress import Progress
from imdb_etl.ops.run import RunError
from imdb_etl.ops.stack import StackError, describe
from imdb_etl.ops.target import connect

STACK = "doomed"
DATA = "doomed-data-000000000000-us-east-1"
ARTIFACTS = "doomed-artifacts-000000000000-us-east-1"


@pytest.fixture(scope="module")
def progress():
    return Progress(Console(file=io.StringIO()))


@pytest.fixture(scope="module")
def doomed_settings(settings):
    return replace(settings, stack_name=STACK)


@pytest.fixture
def call(local_account, doomed_settings, monkeypatch, project):
    """The command on a stack of its own beside the session's."""
    monkeypatch.chdir(project.root)
    monkeypatch.setattr("imdb_etl.ops.settings.Project.settings", lambda *_: doomed_settings)
    variables = dict(local_account.environment)
    monkeypatch.setattr("imdb_etl.ops.command.process_environment", lambda: variables)
    return lambda *words, answer=None: CliRunner().invoke(app, ["destroy", *words], input=answer)


@pytest.fixture
def deployed(local_account, project, doomed_settings, progress):
    """The stack, and a data bucket with an old version and a delete marker."""
    target = connect(doomed_settings, "local", local_account.environment)
    deploy(project, doomed_settings, target, progress)
    s3 = target.client("s3")
    s3.put_bucket_versioning(Bucket=DATA, VersioningConfiguration={"Status": "Enabled"})
    for body in (b"old", b"newer"):
        s3.put_object(Bucket=DATA, Key="runs/a", Body=body)
    s3.delete_object(Bucket=DATA, Key="runs/a")
    return target


def test_it_asks_and_then_removes_what_it_says(call, deployed):
    cloudformation, s3 = deployed.client("cloudformation"), deployed.client("s3")
    for answer in ("no\n", ""):
        refused = call(answer=answer)
        assert refused.exit_code == 1
        assert "The stack doomed and what it made" in refused.stdout
        assert f"The bucket {DATA} with 4 versions" in refused.stdout
        assert "nothing was removed" in refused.stderr
    silent = call("--output", "json")
    assert silent.exit_code == 1
    assert "add --yes" in json.loads(silent.stdout)["error"]
    assert describe(cloudformation, STACK)["StackStatus"] == "CREATE_COMPLETE"
    assert buckets.look(s3, DATA).versions == 4

    agreed = call(answer=f"{STACK}\n")
    assert agreed.exit_code == 0, agreed.stderr
    assert "Deleted the stack doomed" in agreed.stdout
    assert f"Deleted the bucket {DATA} (4 versions)" in agreed.stdout
    assert "Left: the schema movies in Redshift" in agreed.stdout
    assert describe(cloudformation, STACK) is None
    assert buckets.look(s3, DATA) is buckets.look(s3, ARTIFACTS) is None
    glue = deployed.client("glue")
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.get_job(JobName=STACK)

    again = call("--yes")
    assert again.exit_code == 0
    assert again.stdout.startswith("Nothing to remove: no stack doomed, and no buckets of it")


def test_buckets_of_a_stack_that_is_gone_are_found_by_their_names(call, local_account):
    s3 = local_account.client("s3")
    s3.create_bucket(Bucket=DATA)
    s3.put_object(Bucket=DATA, Key="a", Body=b"1")
    answer = call("--yes", "--output", "json")
    record = json.loads(answer.stdout)
    assert record["stack_deleted"] is False
    assert record["buckets"] == [{"name": DATA, "versions": 1, "size": 1}]
    assert buckets.look(s3, DATA) is None


class Stubbed:
    """A target of stubbed clients by service."""

    environment = "local"

    def __init__(self, **clients):
        self._clients = clients

    def client(self, service):
        return self._clients[service]


@pytest.fixture
def stubbed():
    stubbers = []

    def made(service):
        client = boto3.client(
            service, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
        )
        stubbers.append(Stubber(client))
        stubbers[-1].activate()
        return client, stubbers[-1]

    yield made
    for stubber in stubbers:
        stubber.assert_no_pending_responses()


def stack(status, **more):
    return {
        "Stacks": [
            {
                "StackName": STACK,
                "StackId": "arn:aws:cloudformation:r:1:stack/doomed/x",
                "CreationTime": "2026-01-01T00:00:00Z",
                "StackStatus": status,
                **more,
            }
        ]
    }


def test_a_stack_that_cannot_be_deleted_keeps_its_buckets(stubbed, progress, monkeypatch):
    monkeypatch.setattr(destroy, "POLL_SECONDS", 0.0)
    client, stubber = stubbed("cloudformation")
    stubber.add_response("delete_stack", {})
    stubber.add_response("describe_stacks", stack("DELETE_IN_PROGRESS"))
    stubber.add_response("describe_stacks", stack("DELETE_FAILED"))
    event = {
        "StackId": "x", "EventId": "1", "StackName": STACK, "Timestamp": "2026-01-01T00:00:00Z",
        "LogicalResourceId": "SecurityGroup",
    }  # fmt: skip
    failed = {"ResourceStatus": "DELETE_FAILED", "ResourceStatusReason": "has a dependent object"}
    older = {"ResourceStatus": "CREATE_FAILED", "ResourceStatusReason": "of another day"}
    stubber.add_response("describe_stack_events", {"StackEvents": [event | failed, event | older]})
    doomed = Doomed(
        STACK, "arn:aws:cloudformation:r:1:stack/doomed/x", (Bucket(DATA, 1, 1),), None, ()
    )
    # Its S3 has no answer to give: a request would be an error of the stub.
    target = Stubbed(cloudformation=client, s3=stubbed("s3")[0])
    with pytest.raises(
        StackError, match="SecurityGroup: has a dependent object; its buckets were not touched"
    ):
        destroy.destroy(doomed, target, progress)


def test_an_object_that_stays_is_no_success(stubbed):
    client, stubber = stubbed("s3")
    version = {"Key": "locked", "VersionId": "v1", "Size": 1}
    stubber.add_response("list_object_versions", {"Versions": [version], "IsTruncated": False})
    error = {"Key": "locked", "Code": "AccessDenied", "Message": "Access Denied"}
    stubber.add_response("delete_objects", {"Errors": [error]})
    with pytest.raises(
        BucketError, match=r"1 of its objects .* locked: Access Denied \(AccessDenied\)"
    ):
        buckets.remove(client, DATA)


def test_a_bucket_that_is_still_there_is_no_success(stubbed):
    client, stubber = stubbed("s3")
    stubber.add_response("list_object_versions", {"IsTruncated": False})
    stubber.add_response("delete_bucket", {}, {"Bucket": DATA})
    stubber.add_response("list_object_versions", {"IsTruncated": False})
    with pytest.raises(BucketError, match="still there"):
        buckets.remove(client, DATA)


def test_while_a_run_goes_on_nothing_is_removed(stubbed, doomed_settings):
    cloudformation, stacks = stubbed("cloudformation")
    glue, runs = stubbed("glue")
    outputs = [{"OutputKey": "JobName", "OutputValue": STACK}]
    stacks.add_response("describe_stacks", stack("CREATE_COMPLETE", Outputs=outputs))
    runs.add_response("get_job_runs", {"JobRuns": [{"Id": "jr_1", "JobRunState": "RUNNING"}]})
    with pytest.raises(RunError, match="jr_1 of the job doomed runs already"):
        destroy.survey(doomed_settings, Stubbed(cloudformation=cloudformation, glue=glue))
