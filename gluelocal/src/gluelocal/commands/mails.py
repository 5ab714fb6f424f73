"""`gluelocal mail list` and `mail show`."""

from typing import TYPE_CHECKING

import typer

from gluelocal.account import Account
from gluelocal.commands.options import Output, Shown, State, out, print_json
from gluelocal.errors import UsageError

if TYPE_CHECKING:
    from gluelocal.mail import Mail

app = typer.Typer(help="The mails that SNS sent to its e-mail subscribers.", no_args_is_help=True)


@app.command("list")
def mail_list(state: State = None, output: Output = Shown.TEXT) -> None:
    """List the mails, oldest first."""
    from gluelocal.mail import read_mails

    mails = read_mails(Account.open(state).mailbox)
    if output is Shown.JSON:
        print_json([mail.as_json() for mail in mails])
        return
    if not mails:
        out.print("No mail has arrived.")
    for mail in mails:
        begins = mail.body.split("\n", 1)[0]
        out.print(
            f"{mail.number:>3}  {mail.date}  {mail.to}  {mail.subject}: {begins}", markup=False
        )


@app.command("show")
def mail_show(number: int, state: State = None, output: Output = Shown.TEXT) -> None:
    """Show one mail by its number in the list."""
    from gluelocal.mail import read_mails

    mail = _numbered(read_mails(Account.open(state).mailbox), number)
    if output is Shown.JSON:
        print_json(mail.as_json())
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
