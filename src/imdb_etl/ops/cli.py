"""The command `imdb-etl`."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from imdb_etl.errors import ConfigError
from imdb_etl.ops import deploy as deploying
from imdb_etl.ops import destroy as destroying
from imdb_etl.ops import preview as previewing
from imdb_etl.ops import rejects_cli
from imdb_etl.ops import run as running
from imdb_etl.ops import status as asking
from imdb_etl.ops.clean import Cleaner
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

app = typer.Typer(
    help="Deploys and runs the IMDb pipeline, on the local account or on AWS.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(rejects_cli.app, name="rejects")


@app.command()
def deploy(
    env: EnvOption = Env.LOCAL,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", help="Show what would change and, for aws, cost; change nothing."
        ),
    ] = False,
    output: OutputOption = Shown.TEXT,
) -> None:
    """Create or update the stack, upload the job, make the Redshift table."""
    if dry_run and env is Env.LOCAL:
        raise typer.BadParameter(
            "--dry-run is for --env aws: the local account's change sets also list what the "
            "template leaves out there, and a deployment to it costs nothing"
        )

    def work(project: Project, settings: Settings, target: Target, show: Output) -> bool:
        if dry_run:
            preview = previewing.preview(project, settings, target, progress())
            show.preview(preview)
            return preview.problem is None
        show.deployment(deploying.deploy(project, settings, target, progress()))
        return True

    execute(env, output, work, "interrupted; CloudFormation goes on (`imdb-etl status`)")


@app.command()
def destroy(
    env: EnvOption = Env.LOCAL,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    output: OutputOption = Shown.TEXT,
) -> None:
    """Delete the stack, and its buckets with everything in them, after asking."""

    def work(_: Project, settings: Settings, target: Target, show: Output) -> bool:
        doomed = destroying.survey(settings, target)
        if not doomed.nothing and not yes:
            if output is Shown.JSON:
                raise ConfigError("nothing was removed: --output json does not ask, so add --yes")
            show.doomed(doomed)
            if not _agreed(doomed.stack):
                raise ConfigError("nothing was removed")
        show.destroyed(destroying.destroy(doomed, target, progress()))
        return True

    execute(
        env, output, work, "interrupted; run `imdb-etl destroy` again, which goes on from there"
    )


def _agreed(stack: str) -> bool:
    try:
        typed: str = typer.prompt(f"To remove all of it, type {stack}", err=True)
    except typer.Abort:
        # The end of standard input, as in a script.
        return False
    return typed == stack


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
        result = running.run(project, settings, target, progress(), ruleset, source, incremental)
        show.run(result)
        return result.succeeded

    execute(env, output, work)


@app.command()
def status(env: EnvOption = Env.LOCAL, output: OutputOption = Shown.TEXT) -> None:
    """Show the stack, the crawlers and the last runs."""

    def work(_: Project, settings: Settings, target: Target, show: Output) -> bool:
        show.status(asking.status(settings, target))
        return True

    execute(env, output, work)


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
        outputs = stack_outputs(settings, target)
        cleaner = Cleaner(
            target.client("s3"), target.client("glue"), outputs["DataBucket"], outputs["JobName"]
        )
        days = settings.staging_keep_days if older_than is None else older_than
        show.cleaned(cleaner.clean(days, datetime.now(UTC), dry_run))
        return True

    execute(env, output, work)


def main() -> None:
    """Entry point of the command."""
    app()
