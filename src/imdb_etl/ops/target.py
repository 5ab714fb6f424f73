"""Where the commands work: one AWS endpoint and one Redshift, never a mix of local and AWS."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from imdb_etl.errors import ConfigError
from imdb_etl.ops.settings import AccountCommands, Environment, Settings

ENDPOINT = "AWS_ENDPOINT_URL"
REDSHIFT_VARIABLES = (
    "REDSHIFT_HOST",
    "REDSHIFT_PORT",
    "REDSHIFT_DATABASE",
    "REDSHIFT_USER",
    "REDSHIFT_PASSWORD",
)
MAILBOX = "GLUELOCAL_MAILBOX"
_AWS_HOSTS = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Redshift:
    """How to reach the cluster."""

    host: str
    port: int
    database: str
    user: str
    password: str = field(repr=False)

    @property
    def tls(self) -> bool:
        """A cluster on this machine is a stand-in without a certificate."""
        return self.host not in _LOOPBACK


@dataclass(frozen=True)
class Target:
    """An environment's clients; `mailbox` is the Maildir of a local account, if it has one."""

    environment: Environment
    session: Any
    endpoint_url: str | None
    mailbox: Path | None
    redshift: Redshift | None

    def client(self, service: str) -> Any:
        """A boto3 client for this environment, whatever else the machine's AWS files say."""
        config = Config(
            ignore_configured_endpoint_urls=True,
            connect_timeout=5,
            # A local account that does not answer is not there; AWS may be just busy.
            retries={"total_max_attempts": 2 if self.environment == "local" else 5},
            user_agent_extra="imdb-etl",
        )
        return self.session.client(service, endpoint_url=self.endpoint_url, config=config)

    def require_redshift(self) -> Redshift:
        """The cluster's coordinates; ConfigError says which variables to set."""
        if self.redshift is None:
            raise ConfigError(
                f"the Redshift to deploy to is not known; set {', '.join(REDSHIFT_VARIABLES)}"
            )
        return self.redshift


def connect(settings: Settings, environment: Environment, variables: Mapping[str, str]) -> Target:
    """The target of an environment; `variables` are the process's (os.environ)."""
    if environment == "aws":
        return _aws(variables)
    if not variables.get(ENDPOINT):
        if settings.account is None:
            raise ConfigError(f"set {ENDPOINT}, or name an account's commands in conf/local.yml")
        variables = {**variables, **account_environment(settings.account)}
    return _local(variables)


def account_environment(account: AccountCommands) -> dict[str, str]:
    """The variables of the local account, as its own command prints them."""
    answer = run_command(account.env)
    if answer.returncode != 0:
        raise ConfigError(
            f"there is no local account to work with: {said(answer)}. Start one with "
            f"`{' '.join(account.up)}`, or set {ENDPOINT} and the REDSHIFT_ variables yourself"
        )
    try:
        printed = json.loads(answer.stdout)
        return {str(key): str(value) for key, value in printed.items()}
    except (ValueError, AttributeError) as problem:
        raise ConfigError(
            f"`{' '.join(account.env)}` did not print one JSON object: {answer.stdout[:200]!r}"
        ) from problem


def run_command(command: tuple[str, ...]) -> "subprocess.CompletedProcess[str]":
    """Runs one of the account's commands, the one of this Python's environment first."""
    program, *arguments = command
    beside = Path(sys.executable).parent / program
    try:
        return subprocess.run(
            [str(beside) if beside.is_file() else program, *arguments],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except OSError as problem:
        raise ConfigError(
            f"`{' '.join(command)}` (conf/local.yml) cannot be run: {problem.strerror}; "
            "install it with `make install`"
        ) from problem


def said(answer: "subprocess.CompletedProcess[str]") -> str:
    """What a command printed about its failure, as one line."""
    text = " ".join((answer.stderr.strip() or answer.stdout.strip()).split())
    return text.rstrip(".") or f"exit code {answer.returncode}"


def _aws(variables: Mapping[str, str]) -> Target:
    # An endpoint left over from a local account would send the deployment there.
    if left := sorted(name for name in variables if name.startswith(ENDPOINT) and variables[name]):
        raise ConfigError(
            f"--env aws must not talk to a local endpoint, and {left[0]} is set to "
            f"{variables[left[0]]}; unset it, or use --env local"
        )
    return Target("aws", boto3.Session(), None, None, _redshift(variables))


def _local(variables: Mapping[str, str]) -> Target:
    endpoint = variables[ENDPOINT]
    host = urlsplit(endpoint).hostname or ""
    if not host or host.endswith(_AWS_HOSTS):
        raise ConfigError(
            f"--env local must not talk to AWS, and {ENDPOINT} is {endpoint}; use --env aws"
        )
    session = boto3.Session(
        aws_access_key_id=variables.get("AWS_ACCESS_KEY_ID", "local"),
        aws_secret_access_key=variables.get("AWS_SECRET_ACCESS_KEY", "local"),
        region_name=variables.get("AWS_DEFAULT_REGION", "us-east-1"),
    )
    mailbox = Path(variables[MAILBOX]) if variables.get(MAILBOX) else None
    return Target("local", session, endpoint, mailbox, _redshift(variables))


def _redshift(variables: Mapping[str, str]) -> Redshift | None:
    given = [variables.get(name, "") for name in REDSHIFT_VARIABLES]
    if not all(given):
        return None
    host, port, database, user, password = given
    if not port.isdecimal():
        raise ConfigError(f"REDSHIFT_PORT is {port!r}; a port number is expected")
    return Redshift(host, int(port), database, user, password)


def process_environment() -> dict[str, str]:
    """The variables of this process."""
    return dict(os.environ)
