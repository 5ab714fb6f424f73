"""The Redshift side of a deployment: schema and table from conf/redshift/*.sql."""

from pathlib import Path

import redshift_connector
from redshift_connector.error import Error as DriverError

from imdb_etl.errors import ImdbEtlError
from imdb_etl.ops.target import Redshift

_CONNECT_SECONDS = 15


class WarehouseError(ImdbEtlError):
    """Redshift cannot be reached, or refused a statement of conf/redshift."""


def apply_sql(redshift: Redshift, folder: Path) -> list[str]:
    """Runs the folder's .sql files in the order of their names, one transaction in all.

    Returns the names of the files. Every statement must be one that may run again (`if not
    exists`): a deployment is repeated.
    """
    files = sql_files(folder)
    try:
        with redshift_connector.connect(
            host=redshift.host,
            port=redshift.port,
            database=redshift.database,
            user=redshift.user,
            password=redshift.password,
            ssl=redshift.tls,
            timeout=_CONNECT_SECONDS,
        ) as connection:
            for name, found in files.items():
                for statement in found:
                    try:
                        with connection.cursor() as cursor:
                            cursor.execute(statement)
                    except DriverError as problem:
                        raise WarehouseError(f"{name}: {_message(problem)}") from problem
            connection.commit()
    except (DriverError, OSError) as problem:
        raise WarehouseError(
            f"Redshift at {redshift.host}:{redshift.port}, database {redshift.database}, user "
            f"{redshift.user}: {_message(problem)}"
        ) from problem
    return list(files)


def sql_files(folder: Path) -> dict[str, list[str]]:
    """The statements of each .sql file in the folder, by the files' names in their order."""
    return {file.name: statements(file.read_text()) for file in sorted(folder.glob("*.sql"))}


def statements(text: str) -> list[str]:
    """The statements of a file; comments run from -- to the line's end.

    Good for what conf/redshift holds: no semicolon or -- inside a quoted text.
    """
    lines = (line.partition("--")[0].rstrip() for line in text.splitlines())
    return [part.strip() for part in "\n".join(lines).split(";") if part.strip()]


def _message(problem: Exception) -> str:
    # The driver's server errors are a dict of protocol fields; M is the message.
    details = problem.args[0] if problem.args else problem
    if isinstance(details, dict):
        return str(details.get("M", details))
    return " ".join(str(problem).split())
