"""`gluelocal up`, `down`, `status` and `env`: an account's life, and where it is."""

import shlex
import signal
import sys
import threading
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from gluelocal.account import Account, resolve_state
from gluelocal.commands.options import Output, Shown, State, out, print_json
from gluelocal.errors import GluelocalError


class Format(StrEnum):
    SHELL = "shell"
    JSON = "json"


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


def status(state: State = None, output: Output = Shown.TEXT) -> None:
    """Show what runs and where; exit code 3 when the account is not running."""
    facts = _status(resolve_state(state))
    if output is Shown.JSON:
        print_json(facts)
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


def env(
    state: State = None,
    output: Annotated[Format, typer.Option(help="How to print it.")] = Format.SHELL,
) -> None:
    """Print the variables that point an AWS SDK at the account: eval "$(gluelocal env)"."""
    variables = Account.open(state).environment()
    if output is Format.JSON:
        print_json(variables)
        return
    for name, value in variables.items():
        out.print(f"export {name}={shlex.quote(value)}", markup=False)
