"""What all tests share besides gluelocal's own plugin: a bare MiniStack, and two processes."""

import os
import socket
import subprocess
import sys
import time

import pytest

START_SECONDS = 30


def pytest_collection_modifyitems(items):
    """For a run in two processes: all tests of the account in one, so that there is one account.

    They wait for job runs most of the time, while the other process computes. The tests of a file
    stay together, for the fixtures that they share.
    """
    for item in items:
        on_account = "local_account" in item.fixturenames
        group = "account" if on_account else item.nodeid.partition("::")[0]
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(scope="session")
def aws_endpoint(tmp_path_factory):
    """The URL of AWS's APIs without an account around them: for what only needs S3 or a catalog."""
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
            [sys.executable, "-m", "ministack"], env=environment, cwd=folder, stdout=log, stderr=log
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
