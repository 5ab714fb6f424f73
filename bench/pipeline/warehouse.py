"""The account's PostgreSQL by its own socket, past the gateway: its COPY, and what it holds."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from gluelocal.account import Account
from gluelocal.redshift.postgres import SUPERUSER

PLAIN = "public.plain_copy"


@contextmanager
def session(account: Account) -> Iterator[psycopg.Connection]:
    """A superuser's session in the database that jobs load into; commits at its end."""
    sockets = (account.state / "redshift" / "sockets").read_text()
    database = account.settings.redshift_database
    with psycopg.connect(host=sockets, user=SUPERUSER, dbname=database) as connection:
        yield connection


def copied(account: Account, table: str, csv: Path) -> float:
    """Seconds that the server needs to COPY the file into PLAIN, a new table like `table`."""
    with session(account) as connection:
        _execute(connection, f"drop table if exists {PLAIN}")
        _execute(connection, f"create table {PLAIN} (like {table})")
    with session(account) as connection:
        started = time.perf_counter()
        _execute(connection, f"copy {PLAIN} from '{csv.resolve()}' with (format csv)")
        connection.commit()
        return time.perf_counter() - started


def differences(account: Account, table: str) -> int:
    """How many rows stand in only one of `table` and PLAIN."""
    with session(account) as connection:
        # In memory, a comparison of ten million rows takes seconds instead of minutes.
        _execute(connection, "set work_mem = '512MB'")
        one, other = f"select * from {table}", f"select * from {PLAIN}"
        return _number(
            connection,
            f"select count(*) from (({one} except all {other}) union all "
            f"({other} except all {one})) as different",
        )


def rows(account: Account, table: str) -> int:
    """How many rows the table has."""
    with session(account) as connection:
        return _number(connection, f"select count(*) from {table}")


def emptied(account: Account, table: str) -> None:
    """Takes all rows out of the table, and makes PostgreSQL's state the same for every run."""
    with session(account) as connection:
        _execute(connection, f"truncate {table}")
    with session(account) as connection:
        connection.autocommit = True
        _execute(connection, "checkpoint")


def _number(connection: psycopg.Connection, sql: str) -> int:
    found = _execute(connection, sql).fetchone()
    assert found is not None
    return int(found[0])


def _execute(connection: psycopg.Connection, sql: str) -> psycopg.Cursor:
    # Tables cannot be parameters; these come from the project's own settings.
    return connection.execute(sql)
