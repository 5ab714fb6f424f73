"""`imdb-etl rejects`: the rows that runs did not load."""

import sys
from collections.abc import Iterator
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from imdb_etl.ops import rejects as rejecting
from imdb_etl.ops import rejects_csv, rejects_output
from imdb_etl.ops import replay as replaying
from imdb_etl.ops.command import (
    Env,
    EnvOption,
    OutputOption,
    Shown,
    execute,
    progress,
    stack_outputs,
)
from imdb_etl.ops.output import Output
from imdb_etl.ops.settings import Project, Settings
from imdb_etl.ops.target import Target


class Rows(StrEnum):
    TEXT = "text"
    JSON = "json"
    CSV = "csv"


RunArgument = Annotated[str, typer.Argument(metavar="RUN", help="A run's id, or its beginning.")]

app = typer.Typer(help="The rows that runs did not load.", no_args_is_help=True)


@app.command("list")
def list_rejects(env: EnvOption = Env.LOCAL, output: OutputOption = Shown.TEXT) -> None:
    """List the runs whose rejects are visible, newest first."""

    def work(_: Project, settings: Settings, target: Target, show: Output) -> bool:
        bucket = stack_outputs(settings, target)["DataBucket"]
        show.rejected_runs(rejecting.list_runs(target.client("s3"), bucket))
        return True

    execute(env, output, work)


@app.command("show")
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
        storage, outputs = target.client("s3"), stack_outputs(settings, target)
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
    execute(env, Shown.TEXT, work)


@app.command("replay")
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
        result = replaying.replay(project, settings, target, progress(), run_id, corrected, ruleset)
        show.run(result)
        return result.succeeded

    execute(env, output, work)
