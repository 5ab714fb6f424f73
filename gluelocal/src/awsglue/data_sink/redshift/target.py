"""Where a load goes, from the options that a script gives."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from awsglue.errors import InvalidOptionError, NotSupportedError

_log = logging.getLogger(__name__)

DEFAULT_PORT = 5439
_PREFIX = "jdbc:redshift://"
_IAM_PREFIX = "jdbc:redshift:iam://"

_FOLDERS = ("redshiftTmpDir", "redshift_tmp_dir", "tempdir", "tempDir")
_KEYS = (
    "temporary_aws_access_key_id",
    "temporary_aws_secret_access_key",
    "temporary_aws_session_token",
)
# Each leads to the same rows; another value might not.
_ONLY = {"tempformat": ("CSV", "CSV GZIP")}
# They would change what arrives, so passing over them is no choice.
_REFUSED = ("query", "DbUser", "sse_kms_key", "data_api_cluster", "data_api_workgroup")
# What the connector knows and a load here has no use for.
_WITHOUT_EFFECT = (
    "usestagingtable",
    "include_column_list",
    "autopushdown",
    "autopushdown.s3_result_cache",
    "unload_s3_format",
    "check_s3_bucket_usage",
    "copyretrycount",
    "copydelay",
    "tempdir_region",
    "label",
    "jdbcdriver",
    "extraunloadoptions",
    "forward_spark_s3_credentials",
)
_KNOWN = frozenset(
    (
        *_FOLDERS,
        *_KEYS,
        *_ONLY,
        *_WITHOUT_EFFECT,
        *("url", "user", "username", "password", "database", "dbtable", "connectionName"),
        *("useConnectionProperties", "secretId", "secret_id", "catalogId", "aws_iam_role"),
        *("preactions", "postactions", "extracopyoptions", "csvnullstring"),
        *("diststyle", "distkey", "sortkeyspec"),
    )
)


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
    attributes: str = "DISTSTYLE EVEN"
    compressed: bool = False


def of_options(options: Mapping[str, Any]) -> Target:
    """The target that connection_options describe; InvalidOptionError says what is missing.

    Options (Glue Developer Guide, "Redshift connections"): url, user, password, database, dbtable,
    redshiftTmpDir, preactions, postactions, extracopyoptions, aws_iam_role, csvnullstring,
    temporary_aws_access_key_id, temporary_aws_secret_access_key, temporary_aws_session_token; of
    the connector, for a table that the load makes: diststyle, distkey, sortkeyspec; tempformat.
    """
    given = {name: value for name, value in options.items() if value not in (None, "")}
    for name in _REFUSED:
        if name in given:
            raise NotSupportedError(f"the Redshift option {name}={given[name]!r}")
    for name, values in _ONLY.items():
        if name in given and str(given[name]).upper() not in values:
            raise NotSupportedError(
                f"the Redshift option {name}={given[name]!r}", f"supported: {', '.join(values)}"
            )
    if unknown := sorted(given.keys() - _KNOWN):
        # The service passes over them as well, and a script may carry some for other versions.
        _log.warning("the Redshift sink does not know the options %s", ", ".join(unknown))
    folder = temporary_folder(given, "a load into Redshift")
    if "dbtable" not in given:
        raise InvalidOptionError("a load into Redshift needs dbtable, such as 'public.movies'")
    return Target(
        address=address(given, "a load into Redshift"),
        table=table_parts(str(given["dbtable"])),
        temporary=folder,
        preactions=str(given.get("preactions", "")),
        postactions=str(given.get("postactions", "")),
        copy_options=str(given.get("extracopyoptions", "")),
        null_marker=str(given.get("csvnullstring", "@NULL@")),
        iam_role=str(given.get("aws_iam_role", "")),
        keys=temporary_keys(given),
        attributes=_attributes(given),
        compressed=str(given.get("tempformat", "")).upper() == "CSV GZIP",
    )


def temporary_folder(given: Mapping[str, Any], what: str) -> str:
    """The folder in S3 that the options name; InvalidOptionError says that `what` needs one."""
    folder = next((str(given[name]) for name in _FOLDERS if given.get(name)), "")
    if not folder:
        raise InvalidOptionError(
            f"{what} needs redshift_tmp_dir (redshiftTmpDir), a folder in S3 for the "
            "staged files; a job gets one with --TempDir"
        )
    return folder.rstrip("/")


def temporary_keys(given: Mapping[str, Any]) -> tuple[str, ...]:
    """Access key, secret and session token that the options hand to the database."""
    return tuple(str(given[name]) for name in _KEYS if given.get(name))


def _attributes(given: Mapping[str, Any]) -> str:
    """The table attributes of a CREATE TABLE, as the connector's options describe them."""
    style = str(given.get("diststyle", "KEY" if "distkey" in given else "EVEN")).upper()
    if style not in ("EVEN", "KEY", "ALL", "AUTO"):
        raise InvalidOptionError(f"diststyle {style!r} is none of EVEN, KEY, ALL, AUTO")
    if (style == "KEY") != ("distkey" in given):
        raise InvalidOptionError("diststyle KEY and distkey, a column, need each other")
    parts = [f"DISTSTYLE {style}"]
    if style == "KEY":
        column = str(given["distkey"]).lower().replace('"', '""')
        parts.append(f'DISTKEY ("{column}")')
    if "sortkeyspec" in given:
        parts.append(str(given["sortkeyspec"]))
    return " ".join(parts)


def address(given: Mapping[str, Any], what: str) -> Address:
    """Where the database is; InvalidOptionError says what is missing for `what`."""
    url = str(given.get("url", ""))
    found = parse_url(url)
    user = str(given.get("user", given.get("username", found.user)))
    password = str(given.get("password", found.password))
    if not user:
        raise InvalidOptionError(
            f"{what} needs user and password, or useConnectionProperties='true' with connectionName"
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
