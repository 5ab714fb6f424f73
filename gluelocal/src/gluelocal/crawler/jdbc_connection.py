"""A Glue connection to Redshift: its URL, its user, and a session of its own."""

import ipaddress
import json
import re
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from gluelocal.crawler.clients import CrawlClients
from gluelocal.crawler.errors import CrawlError

_URL = re.compile(r"jdbc:redshift://([^/:?;]+|\[[^\]]+\])(?::(\d+))?/([^/?;]+)(?:[?;](.*))?")
_DEFAULT_PORT = 5439
_TIMEOUT_SECONDS = 30


@dataclass(frozen=True)
class RedshiftAddress:
    host: str
    port: int
    database: str
    user: str
    password: str = field(repr=False)

    @property
    def shown(self) -> str:
        return f"{self.user}@{self.host}:{self.port}/{self.database}"

    @property
    def encrypted(self) -> bool:
        """Not on this machine itself, where no certificate is to be had."""
        try:
            return not ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host != "localhost"


def read_connection(name: str, clients: CrawlClients) -> RedshiftAddress:
    """Address and credentials of a Glue connection (USERNAME and PASSWORD, or SECRET_ID)."""
    try:
        answer = clients.glue.get_connection(Name=name)
    except (ClientError, BotoCoreError) as problem:
        raise CrawlError(
            f"The crawler's connection {name!r} cannot be read: {problem}. Create it with "
            "CreateConnection, or mend ConnectionName in the JDBC target."
        ) from problem
    properties: Mapping[str, str] = answer["Connection"].get("ConnectionProperties", {})
    host, port, database = parse_url(name, properties.get("JDBC_CONNECTION_URL", ""))
    if secret := properties.get("SECRET_ID"):
        user, password = _from_secret(name, secret, clients.secretsmanager)
    else:
        user, password = properties.get("USERNAME", ""), properties.get("PASSWORD", "")
    if not user or not password:
        raise CrawlError(
            f"Connection {name!r} has no user and password: set USERNAME and PASSWORD, or "
            "SECRET_ID, in its ConnectionProperties."
        )
    return RedshiftAddress(host, port, database, user, password)


def parse_url(connection: str, url: str) -> tuple[str, int, str]:
    """Host, port and database of a JDBC URL; CrawlError for any other engine than Redshift."""
    found = _URL.fullmatch(url)
    if not found:
        raise CrawlError(
            f"Connection {connection!r} has the JDBC_CONNECTION_URL {_safe(url)!r}; gluelocal's "
            "crawler reads Redshift only: jdbc:redshift://host:port/database."
        )
    return found[1].strip("[]"), int(found[2] or _DEFAULT_PORT), found[3]


@contextmanager
def session(address: RedshiftAddress) -> Iterator[Any]:
    """An open DB-API connection; CrawlError names host and user, never the password."""
    # Not needed before there is a JDBC target, and it doubles the time to import the crawler.
    import redshift_connector
    from redshift_connector.error import Error as RedshiftError

    try:
        connection = redshift_connector.connect(
            host=address.host,
            port=address.port,
            database=address.database,
            user=address.user,
            password=address.password,
            ssl=address.encrypted,
            timeout=_TIMEOUT_SECONDS,
        )
    except (LookupError, struct.error) as problem:
        # How the driver ends when it meets a server that speaks something else.
        raise CrawlError(
            f"What answers at {address.shown} does not speak Redshift's protocol. Check host and "
            "port in the connection's URL."
        ) from problem
    except (RedshiftError, OSError) as problem:
        raise CrawlError(
            f"Redshift refused the connection {address.shown}: {_reason(problem)}. Check the "
            "connection's URL and credentials, and that the cluster is up."
        ) from problem
    try:
        yield connection
    except (RedshiftError, OSError) as problem:
        raise CrawlError(f"Redshift at {address.shown} failed: {_reason(problem)}.") from problem
    finally:
        # A session that broke cannot say goodbye; why it broke is on its way to the caller.
        with suppress(RedshiftError, OSError):
            connection.close()


def _from_secret(connection: str, secret: str, secretsmanager: Any) -> tuple[str, str]:
    try:
        text = secretsmanager.get_secret_value(SecretId=secret)["SecretString"]
    except (ClientError, BotoCoreError) as problem:
        raise CrawlError(
            f"The secret {secret!r} of connection {connection!r} cannot be read: {problem}"
        ) from problem
    try:
        content = json.loads(text)
        return str(content["username"]), str(content["password"])
    except (ValueError, KeyError, TypeError):
        # Without the cause: its text would show what the secret holds.
        raise CrawlError(
            f"The secret {secret!r} of connection {connection!r} is not a JSON object with "
            "'username' and 'password'."
        ) from None


def _reason(problem: Exception) -> str:
    """The server's own sentence out of the driver's dictionary of fields."""
    first = problem.args[0] if problem.args else problem
    if isinstance(first, dict):
        return str(first.get("M", first))
    return " ".join(str(part) for part in problem.args) or type(problem).__name__


def _safe(url: str) -> str:
    """The URL without its options, which may hold a password."""
    return re.split(r"[?;]", url, maxsplit=1)[0]
