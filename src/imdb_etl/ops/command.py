"""What every command of `imdb-etl` shares: its options, and how it ends.

Exit code 0, 1 for a failed run or command, 2 for wrong usage (typer's own), 130 when interrupted.
"""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from imdb_etl.errors import ImdbEtlError
from imdb_etl.ops.output import JsonOutput, Output, TextOutput
from imdb_etl.ops.progress import Progress
from imdb_etl.ops.settings import Project, Settings
from imdb_etl.ops.stack import require_outputs
from imdb_etl.ops.target import Target, connect, process_environment

INTERRUPTED = 130
GOES_ON = "interrupted; a job run that was started goes on (`imdb-etl status`)"


class Env(StrEnum):
    LOCAL = "local"
    AWS = "aws"


class Shown(StrEnum):
    TEXT = "text"
    JSON = "json"


EnvOption = Annotated[Env, typer.Option("--env", help="Where to work.")]
OutputOption = Annotated[Shown, typer.Option("--output", help="How to print the result.")]


def execute(
    env: Env,
    shown: Shown,
    work: Callable[[Project, Settings, Target, Output], bool],
    interrupted: str = GOES_ON,
) -> None:
    """Runs `work` on the environment; False from it, or a foreseeable error, is exit code 1."""
    consoles = Console(highlight=False), Console(stderr=True, highlight=False)
    show = JsonOutput(*consoles) if shown is Shown.JSON else TextOutput(*consoles)
    try:
        project = Project.find(Path.cwd())
        settings = project.settings(env.value)
        good = work(project, settings, connect(settings, env.value, process_environment()), show)
    except (ImdbEtlError, BotoCoreError, ClientError) as problem:
        show.error(readable(problem))
        raise typer.Exit(1) from problem
    except KeyboardInterrupt as problem:
        show.error(interrupted)
        raise typer.Exit(INTERRUPTED) from problem
    if not good:
        raise typer.Exit(1)


def stack_outputs(settings: Settings, target: Target) -> dict[str, str]:
    """The outputs of the environment's stack; StackError says how to make it."""
    return require_outputs(target.client("cloudformation"), settings.stack_name, target.environment)


def readable(problem: Exception) -> str:
    """One line for a foreseeable error."""
    if isinstance(problem, ClientError):
        error = problem.response["Error"]
        return f"{problem.operation_name} was refused: {error['Message']} ({error['Code']})"
    text = " ".join(str(problem).split())
    if isinstance(problem, BotoCoreError):
        return f"{text.rstrip('.')}. Is the account running, and are its credentials set?"
    return text


def progress() -> Progress:
    """Shown on standard error."""
    return Progress(Console(stderr=True))
