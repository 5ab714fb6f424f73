"""The account as a person starts and stops it; these start accounts of their own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from gluelocal import lifecycle
from gluelocal.account import Account
from gluelocal.clients import Clients
from gluelocal.errors import GluelocalError, UsageError

GLUELOCAL = Path(sys.executable).with_name("gluelocal")


def command(*words, **options):
    return subprocess.run(
        [GLUELOCAL, *words], capture_output=True, text=True, timeout=60, **options
    )


@pytest.fixture
def state(tmp_path):
    yield tmp_path / "state"
    if (tmp_path / "state").exists():
        lifecycle.down(tmp_path / "state")


def test_up_env_status_down_and_the_state_survives(state):
    assert command("up", "--port", "0", "--redshift-port", "0", "--state", state).returncode == 0
    variables = json.loads(command("env", "--state", state, "--output", "json").stdout)
    assert set(variables) == {
        "AWS_ENDPOINT_URL", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
        "REDSHIFT_HOST", "REDSHIFT_PORT", "REDSHIFT_DATABASE", "REDSHIFT_USER",
        "REDSHIFT_PASSWORD", "GLUELOCAL_STATE", "GLUELOCAL_MAILBOX",
    }  # fmt: skip
    Clients(Account.open(state))("s3").create_bucket(Bucket="kept")
    facts = json.loads(command("status", "--state", state, "--output", "json").stdout)
    assert facts["running"] is True
    assert facts["redshift"] == "running"
    assert command("up", "--state", state).stdout.startswith("Already running")
    assert command("down", "--state", state).returncode == 0
    assert command("status", "--state", state).returncode == 3
    again = lifecycle.up(state).account
    assert again.endpoint_url == variables["AWS_ENDPOINT_URL"]
    buckets = Clients(again)("s3").list_buckets()["Buckets"]
    assert [bucket["Name"] for bucket in buckets] == ["kept"]
    assert command("down", "--purge", "--state", state).returncode == 0
    assert not state.exists()


def test_attached_without_a_terminal_it_stays_until_it_is_told_to_stop(state):
    words = [GLUELOCAL, "up", "--attach", "--port", "0", "--redshift-port", "0", "--state", state]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL) as process:
        assert process.stdout.readline().startswith(b"Running: AWS http://127.0.0.1:")
        assert process.stdout.readline().startswith(b"Ctrl-C stops it")
        assert lifecycle.running_pid(state) is not None
        process.send_signal(signal.SIGTERM)
        assert process.stdout.read().startswith(b"Stopped; the state is kept")
    assert process.returncode == 0
    assert lifecycle.running_pid(state) is None


def test_a_taken_port_is_named_with_the_option_that_changes_it(state):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = command("up", "--port", str(port), "--redshift-port", "0", "--state", state)
    assert ended.returncode == 1
    assert f"Port {port} on 127.0.0.1 is taken" in ended.stderr
    assert "--port" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert lifecycle.running_pid(state) is None


def test_a_taken_redshift_port_is_named_and_nothing_stays_running(state):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(GluelocalError, match=str(port)):
            lifecycle.up(state, port=0, redshift_port=port)
    assert lifecycle.running_pid(state) is None


def test_every_listener_of_the_account_is_on_loopback(local_account):
    pid = lifecycle.running_pid(local_account.state)
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    listening = [
        connection.laddr.ip
        for process in family
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert len(listening) >= 3
    assert set(listening) == {"127.0.0.1"}


def test_a_killed_account_leaves_nothing_running_and_starts_again(state):
    lifecycle.up(state, port=0, redshift_port=0)
    pid = lifecycle.running_pid(state)
    children = psutil.Process(pid).children(recursive=True)
    assert children
    os.kill(pid, signal.SIGKILL)
    _, alive = psutil.wait_procs(children, timeout=20)
    assert alive == []
    deadline = time.monotonic() + 5
    while lifecycle.running_pid(state) is not None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert lifecycle.up(state).already is False


def test_commands_on_a_folder_without_an_account_say_how_to_start_one(tmp_path):
    for words in (["env"], ["mail", "list"], ["logs", "j"]):
        ended = command(*words, "--state", tmp_path)
        assert ended.returncode == 2
        assert "Start one with `gluelocal up`" in ended.stderr
        assert "Traceback" not in ended.stderr


def test_purge_leaves_a_folder_alone_that_is_no_accounts(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(UsageError, match="is not an account's state"):
        lifecycle.down(tmp_path, purge=True)
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_the_state_folder_is_its_owners_alone(state):
    lifecycle.up(state, port=0, redshift_port=0)
    assert state.stat().st_mode & 0o077 == 0
    assert (state / "account.json").stat().st_mode & 0o077 == 0


def test_the_redshift_password_is_in_no_log_and_on_no_command_line(local_account):
    password = local_account.environment["REDSHIFT_PASSWORD"]
    pid = lifecycle.running_pid(local_account.state)
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    assert password not in (local_account.state / "account.log").read_text()
    assert all(password not in " ".join(process.cmdline()) for process in family)
    assert password not in repr(Account.open(local_account.state))


@pytest.mark.parametrize("words", [["down"], ["down", "--purge"]])
def test_down_where_there_is_nothing_claims_nothing(tmp_path, words):
    ended = command(*words, "--state", tmp_path / "none")
    assert ended.returncode == 0
    assert "there is no state" in ended.stdout
    assert "kept" not in ended.stdout
    assert "removed" not in ended.stdout
