"""One connection to Redshift, by redshift_connector; its errors become ours."""

import ipaddress
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from awsglue.data_sink.redshift.errors import RedshiftConnectionError
from awsglue.data_sink.redshift.target import Address

_TIMEOUT_SECONDS = 30
_SHOWN_ERRORS = 5


def driver() -> Any:
    """The module redshift_connector; RedshiftConnectionError when it is not installed."""
    try:
        import redshift_connector
    except ImportError as problem:
        raise RedshiftConnectionError(
            "loading into Redshift needs redshift_connector; run: pip install redshift_connector "
            "(part of gluelocal[spark])"
        ) from problem
    return redshift_connector


@contextmanager
def connect(address: Address) -> Iterator[Any]:
    """An open connection with autocommit off.

    It uses TLS, unless the URL says `ssl=false` or the host is a loopback address, where nobody can
    listen on the wire and a local gateway serves plain TCP. RedshiftConnectionError says where it
    could not connect.
    """
    redshift = driver()
    use_tls = not is_loopback(address.host) if address.tls is None else address.tls
    try:
        # The driver's own timeout would also end a COPY that takes as long as it takes.
        socket.create_connection((address.host, address.port), _TIMEOUT_SECONDS).close()
        connection = redshift.connect(
            host=address.host,
            port=address.port,
            database=address.database,
            user=address.user,
            password=address.password,
            ssl=use_tls,
        )
    except (redshift.Error, OSError) as problem:
        raise RedshiftConnectionError(
            f"cannot connect to Redshift at {address.host}:{address.port}/{address.database} as "
            f"{address.user}: {message(problem)}"
        ) from problem
    try:
        yield connection
    finally:
        # A connection that is lost cannot say goodbye, and its loss is told by what met it.
        with suppress(redshift.Error, OSError):
            connection.close()


def is_loopback(host: str) -> bool:
    """Whether the host is this machine by its own address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def execute(connection: Any, statement: str) -> None:
    """Runs a statement that takes no parameters and gives no rows."""
    with _cursor(connection) as cursor:
        cursor.execute(statement)


Described = tuple[str, int, int]
"""A column of a result: its name, the number of its type, the type's modifier (-1: none)."""


def describe(connection: Any, relation: str) -> list[Described]:
    """The columns of a table or of an aliased query."""
    return describe_query(connection, f"SELECT * FROM {relation} LIMIT 0")


def describe_query(connection: Any, query: str) -> list[Described]:
    """The columns of a query's result."""
    with _cursor(connection) as cursor:
        cursor.execute(query)
        # The DB-API's description has no precision here; what it is made of has.
        fields = cursor.ps["row_desc"]
        names = [column[0] for column in cursor.description]
    return [
        (name, int(one["type_oid"]), int(one["type_modifier"]))
        for name, one in zip(names, fields, strict=True)
    ]


def first_row(connection: Any, query: str) -> list[Any]:
    """The first row of a query that gives one."""
    with _cursor(connection) as cursor:
        cursor.execute(query)
        return list(cursor.fetchone())


@contextmanager
def _cursor(connection: Any) -> Iterator[Any]:
    cursor = connection.cursor()
    # The driver's default would take a % in the user's SQL for a parameter.
    cursor.paramstyle = "qmark"
    try:
        yield cursor
    finally:
        cursor.close()


def message(problem: Exception) -> str:
    """The server's own words; the driver's errors carry the whole protocol message."""
    detail = problem.args[0] if problem.args else ""
    if isinstance(detail, dict):
        return str(detail.get("M", detail))
    return str(problem) or type(problem).__name__


def load_errors(connection: Any, folder: str) -> list[str]:
    """What stl_load_errors knows of the files in `folder`, one line an error."""
    query = (
        "SELECT btrim(err_reason), btrim(colname), btrim(raw_field_value), btrim(filename), "
        f"line_number FROM stl_load_errors WHERE btrim(filename) LIKE ? "
        f"ORDER BY filename, line_number LIMIT {_SHOWN_ERRORS}"
    )
    with _cursor(connection) as cursor:
        cursor.execute(query, (f"{folder}/%",))
        rows = cursor.fetchall()
    connection.rollback()
    return [
        f"{reason} (column {name}, value {value!r}, {file} line {line})"
        for reason, name, value, file, line in rows
    ]
