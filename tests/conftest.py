"""What several tests of the pipeline need: the project's own files, and AWS APIs to deploy to."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import boto3
import pytest

from imdb_etl.ops.settings import Project


@pytest.fixture(scope="session")
def project():
    return Project(Path(__file__).parents[1])


@pytest.fixture(scope="session")
def settings(project):
    return project.settings("local")


@pytest.fixture(scope="session")
def columns(settings):
    return settings.columns


@pytest.fixture(scope="session")
def aws_endpoint(tmp_path_factory):
    """The URL of a bare MiniStack of this test run: AWS's APIs, without crawlers or job runs."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
    }
    folder = tmp_path_factory.mktemp("ministack")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "ministack"],
            env=environment,
            cwd=folder,
            stdout=log,
            stderr=log,
        )
        try:
            _wait_for(port, process, folder / "log")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=20)


def _wait_for(port, process, log):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"MiniStack did not start: {log.read_text()}")


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
