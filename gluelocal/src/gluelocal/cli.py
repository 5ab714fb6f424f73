"""The command `gluelocal`. Every command takes --state, which picks the account."""

import sys
from collections.abc import Callable
from typing import Any

import typer

from gluelocal.commands import account, mails, runs
from gluelocal.commands.options import err
from gluelocal.dq.commands import app as dq_app
from gluelocal.errors import GluelocalError, UsageError
from gluelocal.extras import extras_named

app = typer.Typer(
    help="A local AWS account for Glue jobs, on 127.0.0.1 only.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for command in (account.up, account.down, account.status, account.env):
    app.command()(command)
# The script's own arguments are not known here.
app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(runs.run)
app.command()(runs.logs)
app.add_typer(mails.app, name="mail")
app.add_typer(dq_app, name="dq")


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
