"""What all tests share besides gluelocal's own plugin: MiniStacks, an account before one, and
two processes."""

import os
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import boto3
import pytest
from botocore.config import Config

from gluelocal import lifecycle
from gluelocal.clients import Clients
from gluelocal.pytest_plugin import LocalAccount

START_SECONDS = 30
LIKE_LOCALSTACK = Path(__file__).parent / "gluelocal/tests/upstream/ministack_like_localstack.py"


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items):
    """For a run in two processes: all tests of an account in one, so that there is one of it.

    They wait for job runs most of the time, while the other process computes. The tests of a file
    stay together, for the fixtures that they share.
    """
    for item in items:
        group = item.nodeid.partition("::")[0]
        for account in ("local_account", "fronted"):
            if account in item.fixturenames:
                group = account
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(scope="session")
def start_ministack(tmp_path_factory):
    """`start_ministack(*words)` runs `python *words`, a MiniStack, until the tests end: its URL."""
    with ExitStack() as running:

        def start(*words):
            folder = tmp_path_factory.mktemp("ministack")
            return running.enter_context(_ministack(words, folder))

        yield start


@pytest.fixture(scope="session")
def aws_endpoint(start_ministack):
    """The URL of AWS's APIs without an account around them: for what only needs S3 or a catalog."""
    return start_ministack("-m", "ministack")


@pytest.fixture(scope="session")
def upstream_endpoint(start_ministack):
    """A MiniStack for accounts to stand before; or a LocalStack that $TEST_UPSTREAM names."""
    return os.environ.get("TEST_UPSTREAM") or start_ministack(str(LIKE_LOCALSTACK))


@pytest.fixture(scope="session")
def fronted(upstream_endpoint, tmp_path_factory):
    """An account before that upstream; `fronted.client(...)` talks to the account."""
    state = tmp_path_factory.mktemp("fronted")
    account = lifecycle.up(state, port=0, redshift_port=0, upstream=upstream_endpoint).account
    yield LocalAccount(state, account.environment(), Clients(account))
    lifecycle.down(state)


@pytest.fixture(scope="session")
def upstream(upstream_endpoint):
    """`upstream("s3")` is a boto3 client that talks to the upstream itself."""

    def client(service):
        return boto3.client(
            service,
            endpoint_url=upstream_endpoint,
            region_name="us-east-1",
            aws_access_key_id="gluelocal",
            aws_secret_access_key="gluelocal",
            config=Config(s3={"addressing_style": "path"}),
        )

    return client


@contextmanager
def _ministack(words, folder):
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
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *words], env=environment, cwd=folder, stdout=log, stderr=log
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"MiniStack did not start: {(folder / 'log').read_text()}")
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(START_SECONDS)


def _answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
