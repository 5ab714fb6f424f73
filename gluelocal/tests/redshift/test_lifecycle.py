"""The process: starting, failing to start, stopping, and coming back after it was killed."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from gluelocal.redshift.privileges import DatabaseUser, child_setup, database_user


@pytest.fixture
def fresh(gateway: Any, tmp_path: Path) -> Iterator[Any]:
    """A gateway of the test's own, not yet started."""
    own = type(gateway)(tmp_path / "state", gateway.s3_url)
    yield own
    if own.process is not None:
        own.stop()


def databases_of(state: Path) -> list[psutil.Process]:
    data = str(state / "redshift" / "data")
    found = []
    for process in psutil.process_iter(["cmdline"]):
        if data in (process.info["cmdline"] or []):
            found.append(process)
    return found


def await_gone(find: Callable[[], list[psutil.Process]]) -> bool:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if not find():
            return True
        time.sleep(0.05)
    return False


def test_data_survives_a_stop_and_a_kill(fresh: Any) -> None:
    assert fresh.launch()["event"] == "ready"
    with fresh.connect() as connection:
        connection.execute("CREATE TABLE t (a int)")
    assert fresh.stop() == 0
    assert databases_of(fresh.state) == []
    assert fresh.launch()["event"] == "ready"
    with fresh.connect() as connection:
        connection.execute("INSERT INTO t VALUES (1)")
    sockets = Path((fresh.state / "redshift" / "sockets").read_text())
    fresh.process.kill()
    fresh.process.wait()
    assert fresh.launch()["event"] == "ready"
    assert not sockets.exists()
    with fresh.connect() as connection:
        assert connection.execute("SELECT a FROM t").fetchall() == [(1,)]


def test_a_stale_database_is_stopped_first(fresh: Any) -> None:
    assert fresh.launch()["event"] == "ready"
    (database,) = databases_of(fresh.state)
    # Frozen, it does not notice that its gateway is gone: the next start has to end it.
    database.suspend()
    fresh.process.kill()
    fresh.process.wait()
    timer = subprocess.Popen(["sh", "-c", f"sleep 1; kill -CONT {database.pid}"])
    assert fresh.launch()["event"] == "ready"
    timer.wait()
    assert not psutil.pid_exists(database.pid)
    with fresh.connect() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_killed_parent_leaves_nothing_behind(fresh: Any) -> None:
    configuration = json.dumps(
        {
            "state": str(fresh.state),
            "port": 0,
            "user": "awsuser",
            "password": "x",
            "database": "dev",
            "aws_endpoint_url": fresh.s3_url,
            "aws_region": "us-east-1",
            "aws_access_key_id": "test",
            "aws_secret_access_key": "test",
        }
    )
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import subprocess, sys, time\n"
            "child = subprocess.Popen([sys.executable, '-m', 'gluelocal.redshift'],"
            " stdin=subprocess.PIPE)\n"
            f"child.stdin.write({configuration.encode()!r}); child.stdin.close()\n"
            "time.sleep(60)",
        ],
        stdout=subprocess.PIPE,
    )
    assert parent.stdout is not None
    assert json.loads(parent.stdout.readline())["event"] == "ready"
    (gateway,) = psutil.Process(parent.pid).children()
    assert databases_of(fresh.state) != []
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert await_gone(lambda: databases_of(fresh.state))
    assert await_gone(lambda: [gateway] if gateway.is_running() else [])


def test_a_taken_port_is_named(fresh: Any) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        event = fresh.launch(port=port)
    assert event["event"] == "failed"
    assert f"port {port} is taken" in event["message"]
    assert fresh.process.wait(10) == 1


def test_a_second_gateway_on_the_same_state_is_refused(gateway: Any) -> None:
    second = type(gateway)(gateway.state, gateway.s3_url)
    event = second.launch()
    assert event["event"] == "failed"
    assert "Another gluelocal Redshift runs on" in event["message"]
    assert second.process.wait(10) == 1
    second.process.stdout.close()
    with gateway.connect() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_changed_password_is_the_one_that_counts(fresh: Any) -> None:
    fresh.launch(password="first")
    fresh.stop()
    assert fresh.launch(password="second")["event"] == "ready"
    with fresh.connect(password="second") as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("awsuser",)


def test_signals_stop_it_with_sessions_open(fresh: Any) -> None:
    fresh.launch()
    connection = fresh.connect()
    fresh.process.send_signal(signal.SIGINT)
    assert fresh.process.wait(10) == 0
    assert databases_of(fresh.state) == []
    connection.close()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no json", "no JSON"),
        ("[]", "one JSON object"),
        ("{}", "configuration keys missing: aws_access_key_id"),
    ],
)
def test_a_configuration_that_is_none(text: str, message: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gluelocal.redshift"],
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    event = json.loads(done.stdout)
    assert event["event"] == "failed"
    assert message in event["message"]


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to make a folder of root's own")
def test_state_below_a_folder_of_roots_own(fresh: Any, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    fresh.state = closed / "deep" / "state"
    fresh.state.parent.mkdir()
    assert fresh.launch()["event"] == "ready"
    with fresh.connect() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert closed.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to make a folder of root's own")
def test_programs_below_a_folder_of_roots_own(tmp_path: Path) -> None:
    """initdb asks access(2) about `postgres`, as for an environment that lies in /root."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    (closed / "postgres").touch(mode=0o755)
    program = "import os, sys; sys.exit(not (os.geteuid() and os.access(sys.argv[1], os.X_OK)))"
    done = subprocess.run(
        [sys.executable, "-c", program, closed / "postgres"],
        preexec_fn=child_setup(database_user()),
        check=False,
    )
    assert done.returncode == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="all other tests run as a normal user already")
def test_the_database_runs_as_a_normal_user_too(tmp_path: Path) -> None:
    nobody = DatabaseUser(65534, 65534, switches=True)
    state = tmp_path / "users"
    state.mkdir()
    os.chown(state, nobody.uid, nobody.gid)
    program = (
        "import sys; from pathlib import Path\n"
        "from gluelocal.redshift.postgres import PostgresServer\n"
        "server = PostgresServer(Path(sys.argv[1])); server.start()\n"
        "alive = server.is_alive; server.stop(); sys.exit(0 if alive else 1)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(state / "redshift")],
        # Keeps the way into folders of root's own, where this Python may lie.
        preexec_fn=child_setup(nobody),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (state / "redshift" / "data" / "PG_VERSION").stat().st_uid == nobody.uid
