"""Where a load goes, from the options that a script gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from awsglue.errors import InvalidOptionError, NotSupportedError

DEFAULT_PORT = 5439
_PREFIX = "jdbc:redshift://"
_IAM_PREFIX = "jdbc:redshift:iam://"

_FOLDERS = ("redshiftTmpDir", "redshift_tmp_dir", "tempdir", "tempDir")
# They would change what arrives, so passing over them is no choice.
_REFUSED = ("query", "DbUser", "usestagingtable", "tempformat", "distkey", "sortkeyspec")
_TEMPFORMATS = ("CSV",)


@dataclass(frozen=True)
class Address:
    """`tls` None: the URL says nothing, and the host decides."""

    host: str
    port: int
    database: str
    user: str = ""
    password: str = field(default="", repr=False)
    tls: bool | None = None


@dataclass(frozen=True)
class Target:
    """One load: `table` in its parts, `temporary` the folder in S3 for the files."""

    address: Address
    table: tuple[str, ...]
    temporary: str
    preactions: str = ""
    postactions: str = ""
    copy_options: str = ""
    null_marker: str = "@NULL@"
    iam_role: str = ""
    keys: tuple[str, ...] = field(default=(), repr=False)


def of_options(options: Mapping[str, Any]) -> Target:
    """The target that connection_options describe; InvalidOptionError says what is missing.

    Options (Glue Developer Guide, "Redshift connections"): url, user, password, database, dbtable,
    redshiftTmpDir, preactions, postactions, extracopyoptions, aws_iam_role, csvnullstring,
    temporary_aws_access_key_id, temporary_aws_secret_access_key, temporary_aws_session_token.
    """
    given = {name: value for name, value in options.items() if value not in (None, "")}
    for name in _REFUSED:
        if name in given and str(given[name]).upper() not in _TEMPFORMATS:
            raise NotSupportedError(f"the Redshift option {name}={given[name]!r}")
    folder = next((str(given[name]) for name in _FOLDERS if name in given), "")
    if not folder:
        raise InvalidOptionError(
            "a load into Redshift needs redshift_tmp_dir (redshiftTmpDir), a folder in S3 for the "
            "staged files; a job gets one with --TempDir"
        )
    if "dbtable" not in given:
        raise InvalidOptionError("a load into Redshift needs dbtable, such as 'public.movies'")
    return Target(
        address=_address(given),
        table=table_parts(str(given["dbtable"])),
        temporary=folder.rstrip("/"),
        preactions=str(given.get("preactions", "")),
        postactions=str(given.get("postactions", "")),
        copy_options=str(given.get("extracopyoptions", "")),
        null_marker=str(given.get("csvnullstring", "@NULL@")),
        iam_role=str(given.get("aws_iam_role", "")),
        keys=tuple(
            str(given[name])
            for name in (
                "temporary_aws_access_key_id",
                "temporary_aws_secret_access_key",
                "temporary_aws_session_token",
            )
            if name in given
        ),
    )


def _address(given: Mapping[str, Any]) -> Address:
    url = str(given.get("url", ""))
    found = parse_url(url)
    user = str(given.get("user", given.get("username", found.user)))
    password = str(given.get("password", found.password))
    if not user:
        raise InvalidOptionError(
            "a load into Redshift needs user and password, or useConnectionProperties='true' with "
            "connectionName"
        )
    database = str(given.get("database", found.database))
    if not database:
        raise InvalidOptionError(
            f"the URL {without_password(url)!r} names no database; give the option database"
        )
    return Address(found.host, found.port, database, user, password, found.tls)


def parse_url(url: str) -> Address:
    """The parts of jdbc:redshift://host:port/database?user=…&password=…&ssl=…"""
    if url.startswith(_IAM_PREFIX):
        raise NotSupportedError("a jdbc:redshift:iam:// URL", "use jdbc:redshift://host:port/db")
    shown = without_password(url)
    if not url.startswith(_PREFIX):
        raise InvalidOptionError(
            f"not a Redshift URL: {shown!r}; write {_PREFIX}host:port/database"
        )
    # The driver writes its properties after a question mark or semicolons.
    parts = urlsplit("//" + url.removeprefix(_PREFIX).replace(";", "?", 1).replace(";", "&"))
    try:
        port = parts.port or DEFAULT_PORT
    except ValueError as problem:
        raise InvalidOptionError(f"the URL {shown!r} has an impossible port: {problem}") from None
    if not parts.hostname:
        raise InvalidOptionError(f"the URL {shown!r} names no host")
    properties = {name.lower(): values[-1] for name, values in parse_qs(parts.query).items()}
    tls = properties.get("ssl")
    return Address(
        host=parts.hostname,
        port=port,
        database=unquote(parts.path.lstrip("/")),
        user=properties.get("user", properties.get("uid", "")),
        password=properties.get("password", properties.get("pwd", "")),
        tls=None if tls is None else tls.lower() == "true",
    )


def without_password(url: str) -> str:
    """The URL as a message may show it."""
    return url.split("?", 1)[0].split(";", 1)[0]


def table_parts(dbtable: str) -> tuple[str, ...]:
    """The parts of `schema.table`; a part may stand in double quotes, doubled inside."""
    parts: list[str] = []
    position = 0
    while position <= len(dbtable):
        if dbtable.startswith('"', position):
            part, position = _quoted_part(dbtable, position + 1)
        else:
            end = dbtable.find(".", position)
            end = len(dbtable) if end < 0 else end
            part, position = dbtable[position:end].strip(), end
        if not part or (position < len(dbtable) and dbtable[position] != "."):
            break
        parts.append(part)
        if position == len(dbtable):
            return tuple(parts)
        position += 1
    raise InvalidOptionError(f"dbtable {dbtable!r} is not a table name; write schema.table")


def _quoted_part(dbtable: str, start: int) -> tuple[str, int]:
    part: list[str] = []
    position = start
    while position < len(dbtable):
        if dbtable[position] == '"':
            if not dbtable.startswith('""', position):
                return "".join(part), position + 1
            position += 1
        part.append(dbtable[position])
        position += 1
    return "", position
