"""The command `imdb-etl`: exit code 0, 1 for a failed run or command, 2 for wrong usage."""

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from imdb_etl.errors import ImdbEtlError
from imdb_etl.ops import deploy as deploying
from imdb_etl.ops import rejects as rejecting
from imdb_etl.ops import rejects_csv, rejects_output
from imdb_etl.ops import replay as replaying
from imdb_etl.ops import run as running
from imdb_etl.ops import status as asking
from imdb_etl.ops.clean import Cleaner
from imdb_etl.ops.output import JsonOutput, Output, TextOutput
from imdb_etl.ops.progress import Progress
from imdb_etl.ops.settings import Project, Settings
from imdb_etl.ops.stack import require_outputs
from imdb_etl.ops.target import Target, connect, process_environment

INTERRUPTED = 130


class Env(StrEnum):
    LOCAL = "local"
    AWS = "aws"


class Shown(StrEnum):
    TEXT = "text"
    JSON = "json"


class Rows(StrEnum):
    TEXT = "text"
    JSON = "json"
    CSV = "csv"


EnvOption = Annotated[Env, typer.Option("--env", help="Where to work.")]
OutputOption = Annotated[Shown, typer.Option("--output", help="How to print the result.")]
RunArgument = Annotated[str, typer.Argument(metavar="RUN", help="A run's id, or its beginning.")]

app = typer.Typer(
    help="Deploys and runs the IMDb pipeline, on the local account or on AWS.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
rejects = typer.Typer(help="The rows that runs did not load.", no_args_is_help=True)
app.add_typer(rejects, name="rejects")


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
    incremental: Annotated[
        bool,
        typer.Option(
            "--incremental/--full",
            help="Only files that no incremental run has loaded (job bookmarks), or all.",
        ),
    ] = False,
    output: OutputOption = Shown.TEXT,
) -> None:
    """Crawl, run the job, wait, and show what it did; exit code 1 when the run failed."""

    def work(project: Project, settings: Settings, target: Target, show: Output) -> bool:
        result = running.run(project, settings, target, _progress(), ruleset, source, incremental)
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


@app.command()
def clean(
    env: EnvOption = Env.LOCAL,
    older_than: Annotated[
        int | None,
        typer.Option(min=1, metavar="DAYS", help="Instead of conf's staging_keep_days."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Delete nothing.")] = False,
    output: OutputOption = Shown.TEXT,
) -> None:
    """Delete what runs that did not finish have left in S3."""

    def work(_: Project, settings: Settings, target: Target, show: Output) -> bool:
        outputs = _outputs(settings, target)
        cleaner = Cleaner(
            target.client("s3"), target.client("glue"), outputs["DataBucket"], outputs["JobName"]
        )
        days = settings.staging_keep_days if older_than is None else older_than
        show.cleaned(cleaner.clean(days, datetime.now(UTC), dry_run))
        return True

    _command(env, output, work)


@rejects.command("list")
def list_rejects(env: EnvOption = Env.LOCAL, output: OutputOption = Shown.TEXT) -> None:
    """List the runs whose rejects are visible, newest first."""

    def work(_: Project, settings: Settings, target: Target, show: Output) -> bool:
        bucket = _outputs(settings, target)["DataBucket"]
        show.rejected_runs(rejecting.list_runs(target.client("s3"), bucket))
        return True

    _command(env, output, work)


@rejects.command("show")
def show_rejects(
    run_id: RunArgument,
    env: EnvOption = Env.LOCAL,
    limit: Annotated[int | None, typer.Option(min=1, help="Show so many rows at most.")] = None,
    output: Annotated[
        Rows,
        typer.Option("--output", help="json: an object a line; csv: the source's columns."),
    ] = Rows.TEXT,
) -> None:
    """Show a run's rejected rows with their reasons."""

    def work(_: Project, settings: Settings, target: Target, __: Output) -> bool:
        storage, outputs = target.client("s3"), _outputs(settings, target)
        bucket = outputs["DataBucket"]
        marker = rejecting.find_run(storage, bucket, run_id)

        def rows() -> Iterator[rejecting.Row]:
            return islice(rejecting.rows(storage, bucket, marker.run_id), limit)

        write = sys.stdout.write
        if output is Rows.JSON:
            lines = rejecting.lines(storage, bucket, marker.run_id)
            rejects_output.write_lines(islice(lines, limit), write)
        elif output is Rows.CSV:
            glue = target.client("glue")
            columns = replaying.columns_of(storage, glue, settings, outputs, marker, rows())
            for piece in rejects_csv.encode(columns, rejects_csv.cells(rows(), columns)):
                write(piece)
        else:
            rejects_output.write_blocks(rows(), rejects_output.key_columns(settings), write)
        return True

    # Standard output has rows alone, so an error is no JSON object among them.
    _command(env, Shown.TEXT, work)


@rejects.command("replay")
def replay_rejects(
    run_id: RunArgument,
    env: EnvOption = Env.LOCAL,
    corrected: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.csv", help="Take these rows; start from `rejects show RUN --output csv`."
        ),
    ] = None,
    ruleset: Annotated[
        str | None,
        typer.Option(help="A ruleset by its name, or a .dqdl file; else the one that RUN had."),
    ] = None,
    output: OutputOption = Shown.TEXT,
) -> None:
    """Send a run's rejected rows, or a corrected file of them, through the pipeline again."""

    def work(project: Project, settings: Settings, target: Target, show: Output) -> bool:
        result = replaying.replay(
            project, settings, target, _progress(), run_id, corrected, ruleset
        )
        show.run(result)
        return result.succeeded

    _command(env, output, work)


def _outputs(settings: Settings, target: Target) -> dict[str, str]:
    return require_outputs(target.client("cloudformation"), settings.stack_name, target.environment)


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
