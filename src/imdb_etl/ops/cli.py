"""The command `imdb-etl`: exit code 0, 1 for a failed run or command, 2 for wrong usage."""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from imdb_etl.errors import ImdbEtlError
from imdb_etl.ops import deploy as deploying
from imdb_etl.ops import run as running
from imdb_etl.ops import status as asking
from imdb_etl.ops.output import JsonOutput, Output, TextOutput
from imdb_etl.ops.progress import Progress
from imdb_etl.ops.settings import Project, Settings
from imdb_etl.ops.target import Target, connect, process_environment

INTERRUPTED = 130


class Env(StrEnum):
    LOCAL = "local"
    AWS = "aws"


class Shown(StrEnum):
    TEXT = "text"
    JSON = "json"


EnvOption = Annotated[Env, typer.Option("--env", help="Where to work.")]
OutputOption = Annotated[Shown, typer.Option("--output", help="How to print the result.")]

app = typer.Typer(
    help="Deploys and runs the IMDb pipeline, on the local account or on AWS.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.command()
def deploy(env: EnvOption = Env.LOCAL, output: OutputOption = Shown.TEXT) -> None:
    """Create or update the stack, upload the job, make the Redshift table."""

    def work(project: Project, settings: Settings, target: Target, show: Output) -> bool:
        show.deployment(deploying.deploy(project, settings, target, _progress()))
        return True

    _command(env, output, work)


@app.command()
def run(
    env: EnvOption = Env.LOCAL,
    ruleset: Annotated[
        str | None,
        typer.Option(help="A ruleset of conf/rulesets by its name, or a .dqdl file."),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            help="A CSV, or a folder of them, in S3 (s3://...), or a CSV on this machine."
        ),
    ] = None,
    output: OutputOption = Shown.TEXT,
) -> None:
    """Crawl, run the job, wait, and show what it did; exit code 1 when the run failed."""

    def work(project: Project, settings: Settings, target: Target, show: Output) -> bool:
        result = running.run(project, settings, target, _progress(), ruleset, source)
        show.run(result)
        return result.succeeded

    _command(env, output, work)


@app.command()
def status(env: EnvOption = Env.LOCAL, output: OutputOption = Shown.TEXT) -> None:
    """Show the stack, the crawlers and the last runs."""

    def work(_: Project, settings: Settings, target: Target, show: Output) -> bool:
        show.status(asking.status(settings, target))
        return True

    _command(env, output, work)


def _command(
    env: Env, shown: Shown, work: Callable[[Project, Settings, Target, Output], bool]
) -> None:
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
        show.error("interrupted; a job run that was started goes on (`imdb-etl status`)")
        raise typer.Exit(INTERRUPTED) from problem
    if not good:
        raise typer.Exit(1)


def readable(problem: Exception) -> str:
    """One line for a foreseeable error."""
    if isinstance(problem, ClientError):
        error = problem.response["Error"]
        return f"{problem.operation_name} was refused: {error['Message']} ({error['Code']})"
    text = " ".join(str(problem).split())
    if isinstance(problem, BotoCoreError):
        return f"{text.rstrip('.')}. Is the account running, and are its credentials set?"
    return text


def _progress() -> Progress:
    return Progress(Console(stderr=True))


def main() -> None:
    """Entry point of the command."""
    app()
