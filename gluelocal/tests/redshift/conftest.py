"""One gateway and one S3 for all tests of this folder; each test has a schema of its own."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import psycopg
import pytest

USER = "awsuser"
PASSWORD = "Correct-horse-1"
DATABASE = "dev"
BUCKET = "redshift-tests"


@dataclass
class GatewayProcess:
    """A gateway that a test can start, talk to, kill and start again."""

    state: Path
    s3_url: str
    port: int = 0
    process: Any = field(default=None, repr=False)

    def launch(self, **changes: object) -> dict[str, Any]:
        """Starts it and returns the one line that it prints."""
        configuration = {
            "state": str(self.state),
            "port": 0,
            "user": USER,
            "password": PASSWORD,
            "database": DATABASE,
            "aws_endpoint_url": self.s3_url,
            "aws_region": "us-east-1",
            "aws_access_key_id": "test",
            "aws_secret_access_key": "test",
        } | changes
        with (self.state.parent / f"{self.state.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gluelocal.redshift"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        self.process.stdin.write(json.dumps(configuration).encode())
        self.process.stdin.close()
        event: dict[str, Any] = json.loads(self.process.stdout.readline())
        self.port = event.get("port", 0)
        return event

    @property
    def log(self) -> str:
        return (self.state.parent / f"{self.state.name}.log").read_text()

    def connect(self, **changes: Any) -> psycopg.Connection[Any]:
        parameters = {
            "host": "127.0.0.1",
            "port": self.port,
            "user": USER,
            "password": PASSWORD,
            "dbname": DATABASE,
            "autocommit": True,
        }
        return psycopg.connect(**parameters | changes)

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.terminate()
        code: int = self.process.wait(20)
        self.process.stdout.close()
        return code


@pytest.fixture(scope="session")
def s3(aws_endpoint: str) -> Any:
    client = boto3.client(
        "s3",
        endpoint_url=aws_endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    client.create_bucket(Bucket=BUCKET)
    return client


@pytest.fixture(scope="session")
def gateway(
    aws_endpoint: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[GatewayProcess]:
    process = GatewayProcess(tmp_path_factory.mktemp("redshift") / "state", aws_endpoint)
    event = process.launch()
    assert event["event"] == "ready", event
    yield process
    assert process.stop() == 0


@pytest.fixture
def schema(gateway: GatewayProcess, request: pytest.FixtureRequest) -> Iterator[str]:
    """A schema for one test; the connections made with it find it first."""
    name = re.sub(r"\W+", "_", request.node.name.lower())[:50].strip("_")
    with gateway.connect() as connection:
        connection.execute(f"CREATE SCHEMA {name}")
    yield name
    with gateway.connect() as connection:
        connection.execute(f"DROP SCHEMA {name} CASCADE")


@pytest.fixture
def connect(gateway: GatewayProcess, schema: str) -> Callable[..., psycopg.Connection[Any]]:
    """Opens connections into the test's schema."""

    def open_connection(**changes: Any) -> psycopg.Connection[Any]:
        return gateway.connect(options=f"-csearch_path={schema}", **changes)

    return open_connection


@pytest.fixture
def connection(
    connect: Callable[..., psycopg.Connection[Any]],
) -> Iterator[psycopg.Connection[Any]]:
    with connect() as opened:
        yield opened


@pytest.fixture
def upload(s3: Any, request: pytest.FixtureRequest) -> Callable[[str, bytes], str]:
    """Puts an object under the test's own prefix; returns its s3:// address."""
    prefix = re.sub(r"\W+", "_", request.node.nodeid)

    def put(name: str, body: bytes) -> str:
        s3.put_object(Bucket=BUCKET, Key=f"{prefix}/{name}", Body=body)
        return f"s3://{BUCKET}/{prefix}/{name}"

    return put
