"""What several tests of the pipeline need: the project's own files, AWS APIs to deploy to, and the
real chain on the test run's own account, deployed once and run by the product's commands."""

import gzip
import json
import os
import shutil
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest

from imdb_etl.ops.settings import Project

PROJECT = Path(__file__).parents[1]
IMDB_ETL = Path(sys.executable).with_name("imdb-etl")
RUN_SECONDS = 400


@pytest.fixture(scope="session")
def project():
    return Project(Path(__file__).parents[1])


@pytest.fixture(scope="session")
def settings(project):
    return project.settings("local")


@pytest.fixture(scope="session")
def aws_settings(project, tmp_path_factory):
    """Those of AWS, with the address for mails that everybody has to add to conf/aws.yml."""
    copy = tmp_path_factory.mktemp("project")
    shutil.copytree(project.root / "conf", copy / "conf")
    with (copy / "conf" / "aws.yml").open("a") as file:
        file.write("notification_email: data-team@example.com\n")
    return Project(copy).settings("aws")


@pytest.fixture(scope="session")
def columns(settings):
    return settings.columns


@pytest.fixture(scope="session")
def aws_variables(aws_endpoint):
    """The environment of a local account, as `gluelocal env` would print it."""
    return {
        "AWS_ENDPOINT_URL": aws_endpoint,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "REDSHIFT_HOST": "127.0.0.1",
        "REDSHIFT_PORT": "1",
        "REDSHIFT_DATABASE": "dev",
        "REDSHIFT_USER": "awsuser",
        "REDSHIFT_PASSWORD": "secret-4711",
    }


@pytest.fixture(scope="session")
def aws(aws_variables):
    """`aws("s3")` is a client of that MiniStack."""
    session = boto3.Session("test", "test", region_name="us-east-1")
    return lambda service: session.client(service, endpoint_url=aws_variables["AWS_ENDPOINT_URL"])


@dataclass(frozen=True)
class Ended:
    """How one `imdb-etl run` ended; `result` is its JSON, or None when it printed none."""

    code: int
    result: dict | None
    errors: str


class Deployment:
    """The pipeline on the account, and ways to look at what it did."""

    def __init__(self, account):
        self.account = account
        self.environment = {**os.environ, **account.environment}

    def command(self, *words):
        return subprocess.run(
            [IMDB_ETL, *words],
            cwd=PROJECT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=RUN_SECONDS,
        )

    def run(self, *words):
        ended = self.command("run", "--env", "local", "--output", "json", *words)
        assert "Traceback" not in ended.stderr, ended.stderr
        result = json.loads(ended.stdout) if ended.stdout.strip() else None
        return Ended(ended.returncode, result, ended.stderr)

    def client(self, service):
        return self.account.client(service)

    @property
    def outputs(self):
        stack = self.client("cloudformation").describe_stacks(StackName="imdb-etl")["Stacks"][0]
        return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}

    def query(self, sql):
        connection = self.account.redshift()
        try:
            cursor = connection.cursor()
            cursor.execute(sql)
            return [tuple(row) for row in cursor.fetchall()]
        finally:
            connection.close()

    def execute(self, sql):
        connection = self.account.redshift()
        try:
            connection.cursor().execute(sql)
            connection.commit()
        finally:
            connection.close()

    def count(self):
        return self.query("select count(*) from movies.imdb_movies")[0][0]

    def json_lines(self, url):
        """Every JSON object in the files under s3://bucket/prefix, without markers."""
        bucket, _, prefix = url.removeprefix("s3://").partition("/")
        s3 = self.client("s3")
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        lines = []
        for page in pages:
            for found in page.get("Contents", ()):
                if found["Key"].rpartition("/")[2].startswith("_"):
                    continue
                body = s3.get_object(Bucket=bucket, Key=found["Key"])["Body"].read()
                body = gzip.decompress(body) if found["Key"].endswith(".gz") else body
                lines += [json.loads(line) for line in body.decode().splitlines() if line]
        return lines

    def mails_of(self, run_id, count, seconds=15.0):
        """The mails that name the run, as soon as there are `count`."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = [mail for mail in self.account.mails() if run_id in mail.body]
            if len(found) >= count:
                return found
            time.sleep(0.1)
        raise AssertionError(f"{count} mails on {run_id} did not arrive within {seconds} s")


@pytest.fixture(scope="session")
def deployment(local_account):
    deployed = Deployment(local_account)
    ended = deployed.command("deploy", "--env", "local")
    assert ended.returncode == 0, ended.stderr
    return deployed


@pytest.fixture(scope="session")
def state_changes(deployment):
    """`state_changes(run_id)` is the run's `Glue Job State Change` event, waited for."""
    sqs, events = deployment.client("sqs"), deployment.client("events")
    name = f"state-changes-{uuid.uuid4().hex[:8]}"
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    pattern = {"source": ["aws.glue"], "detail-type": ["Glue Job State Change"]}
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    target = {"Id": "queue", "Arn": arn["Attributes"]["QueueArn"]}
    events.put_targets(Rule=name, Targets=[target])
    seen = {}

    def of(run_id, seconds=10.0):
        deadline = time.monotonic() + seconds
        while run_id not in seen and time.monotonic() < deadline:
            answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
            for message in answer.get("Messages", ()):
                event = json.loads(message["Body"])
                seen[event["detail"]["jobRunId"]] = event
        return seen[run_id]

    return of


@pytest.fixture(scope="session")
def first_run(deployment, state_changes):  # noqa: ARG001 - the queue must be there before
    """The sample with the default ruleset, into the empty table."""
    return deployment.run()


@pytest.fixture(scope="session")
def wheels(tmp_path_factory):
    """The wheel of each distribution by its name, as `make dist` builds it."""
    target = tmp_path_factory.mktemp("dist")
    hatchling = Path(sys.executable).with_name("hatchling")
    for folder in (PROJECT, PROJECT / "gluelocal"):
        command = [hatchling, "build", "-t", "wheel", "-d", target]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return {name: next(target.glob(f"{name}-*.whl")) for name in ("imdb_etl", "gluelocal")}
