"""Setting a data folder up: Redshift's catalog in every database, the user and the database."""

import hashlib
from importlib import resources
from pathlib import Path

from gluelocal.redshift.auth import stored_form
from gluelocal.redshift.config import GatewayConfiguration
from gluelocal.redshift.pool import BackendPool
from gluelocal.redshift.sql.quoting import identifier, literal

_TEMPLATE = "template1"


async def prepare(pool: BackendPool, configuration: GatewayConfiguration) -> None:
    """Brings a data folder up to this version; does next to nothing when it is already there."""
    script = resources.files("gluelocal.redshift").joinpath("bootstrap.sql").read_text()
    wanted = _fingerprint(script, configuration)
    marker = configuration.folder / "prepared"
    if _read(marker) == wanted:
        return
    listed = await pool.execute(
        _TEMPLATE, "SELECT datname FROM pg_database WHERE datallowconn AND datname <> 'postgres'"
    )
    databases = {str(row[0]) for row in listed.rows}
    for database in sorted(databases):
        await pool.execute(database, script)
    await _set_up_user(pool, configuration)
    if configuration.database not in databases:
        # A database cannot be copied while a session is open in it.
        await pool.close_session(_TEMPLATE)
        await pool.execute(
            "postgres",
            f"CREATE DATABASE {identifier(configuration.database)} "
            f"OWNER {identifier(configuration.user)} STRATEGY file_copy",
        )
        await pool.execute(
            configuration.database,
            f"ALTER SCHEMA public OWNER TO {identifier(configuration.user)}",
        )
    marker.write_text(wanted)


async def forget_sessions(pool: BackendPool, database: str) -> None:
    """Session numbers start anew with every start of the database."""
    await pool.execute(database, "TRUNCATE pg_gluelocal.session_loads")


async def stored_password(pool: BackendPool, user: str) -> str | None:
    """The hash that PostgreSQL keeps for a user who may log in, else None."""
    answer = await pool.execute(
        "postgres",
        "SELECT rolpassword FROM pg_authid WHERE rolcanlogin AND NOT rolsuper "
        f"AND (rolvaliduntil IS NULL OR rolvaliduntil > now()) AND rolname = {literal(user)}",
    )
    return answer.rows[0][0] if answer.rows else None


async def _set_up_user(pool: BackendPool, configuration: GatewayConfiguration) -> None:
    name = identifier(configuration.user)
    known = await pool.execute(
        _TEMPLATE, f"SELECT 1 FROM pg_roles WHERE rolname = {literal(configuration.user)}"
    )
    verb = "ALTER" if known.rows else "CREATE"
    password = literal(stored_form(configuration.user, configuration.password))
    await pool.execute(
        _TEMPLATE, f"{verb} ROLE {name} LOGIN CREATEDB CREATEROLE PASSWORD {password}"
    )
    await pool.execute(_TEMPLATE, f"GRANT pg_read_all_stats, pg_signal_backend TO {name}")


def _fingerprint(script: str, configuration: GatewayConfiguration) -> str:
    parts = (script, configuration.user, configuration.password, configuration.database)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _read(marker: Path) -> str:
    return marker.read_text() if marker.is_file() else ""
