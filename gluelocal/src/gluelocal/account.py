"""The facts of one local account: where its state lives, which ports and names it has.

Everything that needs a port, an address, a folder or a credential of the account asks here.
"""

import json
import os
import secrets
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from gluelocal.errors import GluelocalError, UsageError

LOOPBACK = "127.0.0.1"
DEFAULT_STATE = Path(".gluelocal")
DEFAULT_PORT = 4566
DEFAULT_REDSHIFT_PORT = 5439
STATE_VARIABLE = "GLUELOCAL_STATE"


@dataclass(frozen=True)
class Settings:
    """What an account keeps from one start to the next; `port` 0 means: not chosen yet."""

    port: int
    redshift_port: int
    redshift_password: str
    redshift_user: str = "awsuser"
    redshift_database: str = "dev"
    region: str = "us-east-1"
    account_id: str = "000000000000"
    access_key_id: str = "gluelocal"
    secret_access_key: str = "gluelocal"
    upstream: str = ""
    """The endpoint that has everything but Glue; empty where the account has all itself."""

    def __repr__(self) -> str:
        return f"Settings(port={self.port}, redshift_port={self.redshift_port})"


@dataclass(frozen=True)
class Account:
    """One account: its state folder and its settings."""

    state: Path
    settings: Settings

    @classmethod
    def open(cls, state: Path | None = None) -> "Account":
        """The account of a state folder that exists; UsageError tells how to make one."""
        folder = resolve_state(state)
        file = folder / "account.json"
        if not file.is_file():
            raise UsageError(
                f"There is no account in {folder}. Start one with `gluelocal up`, "
                "or name another folder with --state."
            )
        try:
            return cls(folder, Settings(**json.loads(file.read_text())))
        except (TypeError, ValueError) as problem:
            raise GluelocalError(
                f"{file} cannot be read ({problem}). Move the folder away, or remove it with "
                "`gluelocal down --purge`, and start again."
            ) from problem

    @classmethod
    def open_or_create(
        cls,
        state: Path | None,
        port: int | None,
        redshift_port: int | None,
        upstream: str | None = None,
    ) -> "Account":
        """As `open`, or a new one with a Redshift password of its own; what is given here wins."""
        folder = resolve_state(state)
        if (folder / "account.json").is_file():
            account = cls.open(folder)
        else:
            new = Settings(DEFAULT_PORT, DEFAULT_REDSHIFT_PORT, secrets.token_urlsafe(18))
            account = cls(folder, new)
        chosen = account.settings
        if port is not None:
            chosen = replace(chosen, port=port)
        if redshift_port is not None:
            chosen = replace(chosen, redshift_port=redshift_port)
        if upstream is not None:
            chosen = replace(chosen, upstream=upstream)
        return cls(folder, chosen)

    def with_ports(self, port: int, redshift_port: int) -> "Account":
        return replace(
            self, settings=replace(self.settings, port=port, redshift_port=redshift_port)
        )

    def save(self) -> None:
        """Writes the settings; readable by the owner alone, for the password in them."""
        make_state(self.state)
        write_private(self.state / "account.json", json.dumps(asdict(self.settings), indent=2))

    @property
    def endpoint_url(self) -> str:
        return f"http://{LOOPBACK}:{self.settings.port}"

    @property
    def mailbox(self) -> Path:
        """A Maildir with the mails that arrived."""
        return self.state / "mail"

    @property
    def log(self) -> Path:
        return self.state / "account.log"

    @property
    def jobs(self) -> Path:
        """One folder a job, in it one folder a job run."""
        return self.state / "jobs"

    @property
    def running_file(self) -> Path:
        """There while a server process answers: its pid and what it serves."""
        return self.state / "running.json"

    def aws_environment(self) -> dict[str, str]:
        """What an AWS SDK needs to talk to this account and to no other."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_DEFAULT_REGION": self.settings.region,
            "AWS_ACCESS_KEY_ID": self.settings.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.settings.secret_access_key,
        }

    def environment(self) -> dict[str, str]:
        """The variables that `gluelocal env` prints; the names are a public contract."""
        chosen = self.settings
        return self.aws_environment() | {
            "REDSHIFT_HOST": LOOPBACK,
            "REDSHIFT_PORT": str(chosen.redshift_port),
            "REDSHIFT_DATABASE": chosen.redshift_database,
            "REDSHIFT_USER": chosen.redshift_user,
            "REDSHIFT_PASSWORD": chosen.redshift_password,
            STATE_VARIABLE: str(self.state),
            "GLUELOCAL_MAILBOX": str(self.mailbox),
        }


def resolve_state(state: Path | None) -> Path:
    """The state folder: the one given, else $GLUELOCAL_STATE, else .gluelocal in this folder."""
    if state is None:
        state = Path(os.environ.get(STATE_VARIABLE) or DEFAULT_STATE)
    return state.expanduser().absolute()


def make_state(folder: Path) -> None:
    """Makes a state folder that its owner alone can read: the account's secrets are kept in it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def write_private(file: Path, text: str) -> None:
    """Replaces a file in one step, so that a reader never sees half of it; mode 0600."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as out:
        out.write(text)
    draft.replace(file)
