"""What all tests share besides gluelocal's own plugin: bare MiniStacks, one for most tests."""

import os
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager

import pytest

START_SECONDS = 30


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
