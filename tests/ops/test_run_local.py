"""Starting and stopping the account around a run, whatever happens in between."""

import io
import sys

import pytest
from rich.console import Console

from imdb_etl.errors import ConfigError
from imdb_etl.ops.run_local import Steps, account
from imdb_etl.ops.settings import AccountCommands

SCRIPT = """
import json, pathlib, sys
log, running, fails = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[4:]
what = sys.argv[3]
with log.open("a") as file:
    file.write(what + "\\n")
if what in fails:
    sys.exit(what + " does not work")
if what == "up":
    running.touch()
if what == "down":
    running.unlink()
if what == "status":
    print(json.dumps({"running": running.exists()}))
    sys.exit(0 if running.exists() else 3)
"""


class FakeAccount:
    """Commands that only note what was asked; `fails` are those that exit with an error."""

    def __init__(self, folder, *fails):
        self._log, self.running = folder / "log", folder / "running"
        given = [sys.executable, "-c", SCRIPT, str(self._log), str(self.running)]
        self.commands = AccountCommands(
            **{what: (*given, what, *fails) for what in ("up", "down", "status", "env")}
        )

    @property
    def asked(self):
        return self._log.read_text().split()


@pytest.fixture
def printed():
    return io.StringIO()


@pytest.fixture
def steps(printed):
    return Steps(Console(file=printed, width=200))


def test_an_account_that_was_started_is_stopped(tmp_path, steps, printed):
    fake = FakeAccount(tmp_path)
    with account(fake.commands, False, steps) as runs_on:
        assert fake.running.exists()
        assert not runs_on
    assert fake.asked == ["status", "up", "down"]
    assert "1. local account started: " in printed.getvalue()
    assert "2. local account stopped, its state kept: " in printed.getvalue()


def test_an_account_that_runs_already_is_left_running(tmp_path, steps):
    fake = FakeAccount(tmp_path)
    fake.running.touch()
    with account(fake.commands, False, steps) as runs_on:
        assert runs_on
    assert fake.asked == ["status"]


def test_keep_leaves_it_running(tmp_path, steps):
    fake = FakeAccount(tmp_path)
    with account(fake.commands, True, steps) as runs_on:
        assert runs_on
    assert fake.asked == ["status", "up"]


@pytest.mark.parametrize("problem", [KeyboardInterrupt, ConfigError, SystemExit])
def test_it_is_stopped_when_something_breaks_in_between(tmp_path, steps, problem):
    fake = FakeAccount(tmp_path)
    with pytest.raises(problem), account(fake.commands, False, steps):
        raise problem
    assert fake.asked == ["status", "up", "down"]


def test_keep_leaves_it_for_a_look_at_an_error_and_not_after_ctrl_c(tmp_path, steps):
    fake = FakeAccount(tmp_path)
    with pytest.raises(ConfigError), account(fake.commands, True, steps):
        raise ConfigError("x")
    assert fake.running.exists()
    fake.running.unlink()
    with pytest.raises(KeyboardInterrupt), account(fake.commands, True, steps):
        raise KeyboardInterrupt
    assert not fake.running.exists()


def test_an_account_that_does_not_start_says_why_and_is_stopped(tmp_path, steps):
    fake = FakeAccount(tmp_path, "up")
    with pytest.raises(ConfigError, match="up does not work"):
        account(fake.commands, False, steps).__enter__()
    assert fake.asked == ["status", "up", "down"]


def test_an_account_that_does_not_stop_is_said(tmp_path, steps, printed):
    fake = FakeAccount(tmp_path, "down")
    with account(fake.commands, False, steps):
        pass
    assert "down does not work" in printed.getvalue()
    assert "local account stopped" not in printed.getvalue()
