"""`gluelocal run` and `gluelocal logs`: a script as a job run, and what runs have printed."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from gluelocal.account import Account
from gluelocal.commands.options import State, err, out
from gluelocal.errors import GluelocalError
from gluelocal.jobs.store import OUTPUT_LOG


def run(context: typer.Context, script: Path, state: State = None) -> None:
    """Run a Glue script as a job run: gluelocal run SCRIPT [--key value ...].

    Uses the account that runs, else one that is stopped again afterwards. The exit code is the
    run's: 0 when it succeeded.
    """
    from gluelocal import lifecycle, scripts

    arguments = scripts.parse_arguments(context.args)
    started = lifecycle.up(state)
    try:
        with err.status(f"{script.name}: starting") as spinner:

            def progress(job_run: dict[str, Any]) -> None:
                spinner.update(f"{script.name}: {job_run['JobRunState']}")

            job_run = scripts.run_script(started.account, script, arguments, progress)
        folder = scripts.find_run(started.account, job_run["JobName"], job_run["Id"])
        sys.stdout.write((folder / OUTPUT_LOG).read_text(errors="replace"))
    finally:
        if not started.already:
            lifecycle.down(started.account.state)
    if job_run["JobRunState"] != "SUCCEEDED":
        raise GluelocalError(
            f"{script.name} ended as {job_run['JobRunState']}: {job_run.get('ErrorMessage', '')}\n"
            f"Its whole log: gluelocal logs {job_run['JobName']}"
        )


def logs(
    job: str,
    run_id: Annotated[str | None, typer.Argument(metavar="[RUN]")] = None,
    state: State = None,
) -> None:
    """Print what a run printed: the job's newest run, or the one whose id starts with RUN."""
    from gluelocal import scripts

    for line in scripts.read_logs(scripts.find_run(Account.open(state), job, run_id)):
        out.print(line, markup=False)
