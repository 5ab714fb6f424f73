"""The command `gluelocal`. Every command takes --state, which picks the account."""

import json
import shlex
import signal
import sys
import threading
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from gluelocal.account import Account, resolve_state
from gluelocal.dq.commands import app as dq_app
from gluelocal.errors import GluelocalError, UsageError
from gluelocal.extras import extras_named
from gluelocal.jobs.store import OUTPUT_LOG

# What needs the extra [account] is imported by the commands that use it: the base has the others.
if TYPE_CHECKING:
    from gluelocal.mail import Mail

app = typer.Typer(
    help="A local AWS account for Glue jobs, on 127.0.0.1 only.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
mail_app = typer.Typer(
    help="The mails that SNS sent to its e-mail subscribers.", no_args_is_help=True
)
app.add_typer(mail_app, name="mail")
app.add_typer(dq_app, name="dq")

out = Console(soft_wrap=True, highlight=False)
err = Console(stderr=True, soft_wrap=True, highlight=False)


class Format(StrEnum):
    SHELL = "shell"
    JSON = "json"


class Shown(StrEnum):
    TEXT = "text"
    JSON = "json"


State = Annotated[
    Path | None,
    typer.Option(help="The account's folder (default: $GLUELOCAL_STATE, else .gluelocal)."),
]
Output = Annotated[Shown, typer.Option(help="How to print it.")]


@app.command()
def up(
    state: State = None,
    port: Annotated[
        int | None, typer.Option(help="Port of the AWS endpoint (default 4566; 0: a free one).")
    ] = None,
    redshift_port: Annotated[
        int | None, typer.Option(help="Port of Redshift (default 5439; 0: a free one).")
    ] = None,
    upstream: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Another AWS emulator, as LocalStack, for all services but Glue, Redshift and "
            "CloudFormation; the account keeps it. none: without one.",
        ),
    ] = None,
    attach: Annotated[
        bool | None,
        typer.Option(
            "--attach/--detach",
            help="Stay until Ctrl-C or SIGTERM and then stop the account; or return when it "
            "answers. By default: stay in a terminal.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Start the account.

    In a terminal it stays attached until Ctrl-C, which stops the account. In a script, and with
    --detach, the command returns when the account answers, and `gluelocal down` stops it. --attach
    stays without a terminal too, as a container's or a service's process has to.
    """
    from gluelocal import lifecycle

    attached = attach if attach is not None else sys.stdin.isatty() and sys.stdout.isatty()
    if attached:
        # What stops a container or a service; Ctrl-C's way out is the right one for it.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    started = lifecycle.up(state, port, redshift_port, upstream)
    told_to_stop = _signalled() if attached and not started.already else None
    account = started.account
    behind = f" before {account.settings.upstream}" if account.settings.upstream else ""
    out.print(
        f"{'Already running' if started.already else 'Running'}: AWS {account.endpoint_url}"
        f"{behind}, Redshift 127.0.0.1:{account.settings.redshift_port}, state {account.state}"
    )
    if told_to_stop is not None:
        out.print('Ctrl-C stops it. In another terminal: eval "$(gluelocal env)"')
        _stay(account, told_to_stop)


def _signalled() -> threading.Event:
    """Set by Ctrl-C and SIGTERM, which from here on interrupt nothing, as a line being printed."""
    event = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: event.set())
    return event


def _stay(account: Account, told_to_stop: threading.Event) -> None:
    from gluelocal import lifecycle

    while not told_to_stop.wait(0.5):
        if lifecycle.running_pid(account.state) is None:
            raise GluelocalError(f"The account has ended by itself: see {account.log}")
    lifecycle.down(account.state)
    out.print(f"Stopped; the state is kept in {account.state}")


@app.command()
def down(
    state: State = None,
    purge: Annotated[bool, typer.Option("--purge", help="Remove the state too.")] = False,
) -> None:
    """Stop the account; its state is kept unless --purge."""
    from gluelocal import lifecycle

    folder = resolve_state(state)
    if not folder.is_dir():
        out.print(f"It was not running, and there is no state in {folder}")
        return
    stopped = lifecycle.down(folder, purge)
    kept = "its state is removed" if purge else f"the state is kept in {folder}"
    out.print(f"{'Stopped' if stopped else 'It was not running'}; {kept}")


@app.command()
def status(state: State = None, output: Output = Shown.TEXT) -> None:
    """Show what runs and where; exit code 3 when the account is not running."""
    facts = _status(resolve_state(state))
    if output is Shown.JSON:
        _print_json(facts)
    else:
        table = Table(show_header=False, box=None)
        for key, value in facts.items():
            table.add_row(key.replace("_", " "), str(value))
        out.print(table)
    if not facts["running"]:
        raise typer.Exit(3)


def _status(folder: Path) -> dict[str, Any]:
    from gluelocal import lifecycle
    from gluelocal.clients import Clients

    pid = lifecycle.running_pid(folder)
    if pid is None:
        return {"running": False, "state": str(folder)}
    account = Account.open(folder)
    return {
        "running": True,
        "pid": pid,
        "endpoint": account.endpoint_url,
        "port": account.settings.port,
        "redshift_port": account.settings.redshift_port,
        "state": str(folder),
        "memory_mb": round(lifecycle.memory_bytes(pid) / 1e6),
        **Clients(account).inside(),
    }


@app.command()
def env(
    state: State = None,
    output: Annotated[Format, typer.Option(help="How to print it.")] = Format.SHELL,
) -> None:
    """Print the variables that point an AWS SDK at the account: eval "$(gluelocal env)"."""
    variables = Account.open(state).environment()
    if output is Format.JSON:
        _print_json(variables)
        return
    for name, value in variables.items():
        out.print(f"export {name}={shlex.quote(value)}", markup=False)


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
)
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


@app.command()
def logs(
    job: str,
    run_id: Annotated[str | None, typer.Argument(metavar="[RUN]")] = None,
    state: State = None,
) -> None:
    """Print what a run printed: the job's newest run, or the one whose id starts with RUN."""
    from gluelocal import scripts

    for line in scripts.read_logs(scripts.find_run(Account.open(state), job, run_id)):
        out.print(line, markup=False)


@mail_app.command("list")
def mail_list(state: State = None, output: Output = Shown.TEXT) -> None:
    """List the mails, oldest first."""
    from gluelocal.mail import read_mails

    mails = read_mails(Account.open(state).mailbox)
    if output is Shown.JSON:
        _print_json([mail.as_json() for mail in mails])
        return
    if not mails:
        out.print("No mail has arrived.")
    for mail in mails:
        begins = mail.body.split("\n", 1)[0]
        out.print(
            f"{mail.number:>3}  {mail.date}  {mail.to}  {mail.subject}: {begins}", markup=False
        )


@mail_app.command("show")
def mail_show(number: int, state: State = None, output: Output = Shown.TEXT) -> None:
    """Show one mail by its number in the list."""
    from gluelocal.mail import read_mails

    mail = _numbered(read_mails(Account.open(state).mailbox), number)
    if output is Shown.JSON:
        _print_json(mail.as_json())
        return
    heads = {"From": mail.sender, "To": mail.to, "Date": mail.date, "Subject": mail.subject}
    for name, value in heads.items():
        out.print(f"{name}: {value}", markup=False)
    out.print()
    out.print(mail.body, markup=False)


def _numbered(mails: "list[Mail]", number: int) -> "Mail":
    if not 1 <= number <= len(mails):
        there = f"1 to {len(mails)}" if mails else "none yet"
        raise UsageError(f"There is no mail {number}; the mailbox has {there}.")
    return mails[number - 1]


def _print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, indent=2) + "\n")


def main() -> None:
    """Entry point: foreseeable errors are one message on standard error, never a traceback."""
    sys.exit(_guarded(lambda: app(prog_name="gluelocal", standalone_mode=True)))


def _guarded(command: Callable[[], Any]) -> int:
    try:
        with extras_named():
            command()
    except KeyboardInterrupt:
        return 130
    except UsageError as problem:
        err.print(str(problem), markup=False, style="red")
        return 2
    except _foreseeable() as problem:
        err.print(str(problem), markup=False, style="red")
        return 1
    return 0


def _foreseeable() -> tuple[type[Exception], ...]:
    """Asked when something has happened: AWS's errors are not known before they are imported."""
    if "botocore" not in sys.modules:
        return (GluelocalError,)
    from botocore.exceptions import BotoCoreError, ClientError

    return (GluelocalError, BotoCoreError, ClientError)


if __name__ == "__main__":
    main()
