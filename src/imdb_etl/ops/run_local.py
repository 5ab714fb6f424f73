"""`make run-local`: a local account, a deployment and a run, from nothing to the mail.

`python -m imdb_etl.ops.run_local`. An account that runs already is used and left running; one that
was started here is stopped at the end, however that comes, unless KEEP=1 is set. Its state is kept.
"""

import json
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import NoReturn

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.text import Text

from imdb_etl.errors import ConfigError, ImdbEtlError
from imdb_etl.ops.command import INTERRUPTED, readable
from imdb_etl.ops.deploy import deploy
from imdb_etl.ops.output import TextOutput
from imdb_etl.ops.progress import Progress
from imdb_etl.ops.run import RunResult, run
from imdb_etl.ops.settings import AccountCommands, Project, Settings
from imdb_etl.ops.target import (
    REDSHIFT_VARIABLES,
    account_environment,
    connect,
    process_environment,
    run_command,
    said,
)

KEEP_VARIABLE = "KEEP"


class Steps:
    """Numbered steps with their seconds, one line each when it is done."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._count = 0

    @contextmanager
    def step(self, text: str) -> Iterator[None]:
        started = time.monotonic()
        self._count += 1
        yield
        self.say(f"{self._count}. {text}: {time.monotonic() - started:.1f} s")

    def say(self, text: str) -> None:
        self._console.print(Text(text), soft_wrap=True)


def main() -> int:
    """Runs all of it; the exit code is 0 only when the job run succeeded."""
    signal.signal(signal.SIGTERM, _interrupt)
    console, errors = Console(highlight=False), Console(stderr=True, highlight=False)
    started = time.monotonic()
    show = TextOutput(console, errors)
    try:
        project = Project.find(Path.cwd())
        settings = project.settings("local")
        if settings.account is None:
            raise ConfigError("conf/local.yml names no account to start (the key `account`)")
        keep = process_environment().get(KEEP_VARIABLE, "") not in ("", "0")
        steps = Steps(console)
        with account(settings.account, keep, steps) as runs_on:
            result = _chain(project, settings, settings.account, steps, Progress(errors), show)
            _look_around(steps, settings, runs_on)
    except KeyboardInterrupt:
        show.error("interrupted")
        return INTERRUPTED
    except (ImdbEtlError, BotoCoreError, ClientError) as problem:
        show.error(readable(problem))
        return 1
    steps.say(f"All of it: {time.monotonic() - started:.1f} s")
    return 0 if result.succeeded else 1


@contextmanager
def account(commands: AccountCommands, keep: bool, steps: Steps) -> Iterator[bool]:
    """A running account; yields whether it goes on running afterwards."""
    if _is_running(commands):
        steps.say("The local account runs already: it is used, and left running")
        yield True
        return
    interrupted = True
    try:
        with steps.step("local account started"):
            answer = run_command(commands.up)
            if answer.returncode != 0:
                raise ConfigError(f"`{' '.join(commands.up)}` failed: {said(answer)}")
        yield keep
        interrupted = False
    except Exception:
        interrupted = False
        raise
    finally:
        # Ctrl-C ends everything that was started, also when it was to be kept.
        if interrupted or not keep:
            _stop(commands, steps)


def _is_running(commands: AccountCommands) -> bool:
    answer = run_command(commands.status)
    with suppress(ValueError, AttributeError):
        return bool(json.loads(answer.stdout).get("running"))
    return False


def _stop(commands: AccountCommands, steps: Steps) -> None:
    # A second Ctrl-C must not leave processes behind; the command started here inherits this.
    stops = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, signal.SIG_IGN) for number in stops]
    try:
        with steps.step("local account stopped, its state kept"):
            answer = run_command(commands.down)
            if answer.returncode != 0:
                # Inside the step, so that nothing says that the account was stopped.
                raise ConfigError(f"`{' '.join(commands.down)}` failed: {said(answer)}")
    except ConfigError as problem:
        # How the run itself ended is the news; this stands beside it.
        steps.say(str(problem))
    finally:
        for number, handler in zip(stops, before, strict=True):
            signal.signal(number, handler)


def _chain(
    project: Project,
    settings: Settings,
    commands: AccountCommands,
    steps: Steps,
    progress: Progress,
    show: TextOutput,
) -> RunResult:
    target = connect(settings, "local", account_environment(commands))
    with steps.step("deployed"):
        deploy(project, settings, target, progress)
    with steps.step("run"):
        result = run(project, settings, target, progress)
    steps.say("")
    show.run(result)
    if result.summary is not None:
        times = ", ".join(f"{name} {taken:.1f}" for name, taken in result.summary.seconds.items())
        steps.say(f"Seconds inside the job: {times}")
    return result


def _look_around(steps: Steps, settings: Settings, runs_on: bool) -> None:
    steps.say("")
    steps.say("The mails:     .venv/bin/gluelocal mail list;  .venv/bin/gluelocal mail show 1")
    if not runs_on:
        steps.say("To look further, start the account again:  .venv/bin/gluelocal up --detach")
        return
    target = f"{settings.redshift.schema}.{settings.redshift.table}"
    steps.say('The variables: eval "$(.venv/bin/gluelocal env)"')
    host, port, database, user, password = (f"${name}" for name in REDSHIFT_VARIABLES)
    steps.say(
        f'The rows:      PGPASSWORD="{password}" psql -h {host} -p {port} -U {user} -d {database} '
        f'-c "select * from {target} limit 5"'
    )
    steps.say("To stop it:    .venv/bin/gluelocal down")


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
