"""What stays known of a COPY whatever becomes of its transaction: query id, count, bad rows."""

import datetime
from dataclasses import dataclass

from gluelocal.redshift.copy.rows import RowError
from gluelocal.redshift.copy.target import Target
from gluelocal.redshift.pool import BackendPool
from gluelocal.redshift.session import SessionFacts
from gluelocal.redshift.sql.quoting import literal

_ROWS_AT_ONCE = 500
_RAW_LENGTH = 1024
_TYPE_LENGTH = 10


@dataclass(frozen=True)
class Journal:
    """Written over a session of the gateway's own."""

    pool: BackendPool
    facts: SessionFacts
    target: Target
    started: datetime.datetime
    query: int

    @classmethod
    async def open(
        cls,
        pool: BackendPool,
        facts: SessionFacts,
        target: Target,
        started: datetime.datetime,
    ) -> "Journal":
        """Takes the next query id; from here on the session's last COPY is this one, of 0 rows."""
        answer = await pool.execute(facts.database, "SELECT nextval('pg_gluelocal.query_id')")
        journal = cls(pool, facts, target, started, int(answer.rows[0][0] or 0))
        await journal._remember(0)
        return journal

    async def record(self, errors: list[RowError], loaded: int) -> None:
        for first in range(0, len(errors), _ROWS_AT_ONCE):
            rows = ", ".join(map(self._row, errors[first : first + _ROWS_AT_ONCE]))
            await self.pool.execute(
                self.facts.database, f"INSERT INTO pg_gluelocal.load_errors VALUES {rows}"
            )
        await self._remember(loaded)

    async def _remember(self, loaded: int) -> None:
        await self.pool.execute(
            self.facts.database,
            "INSERT INTO pg_gluelocal.session_loads VALUES "
            f"({self.facts.process_id}, {self.query}, {self.query}, {loaded}) "
            "ON CONFLICT (session) DO UPDATE SET last_query_id = excluded.last_query_id, "
            "last_copy_id = excluded.last_copy_id, last_copy_count = excluded.last_copy_count",
        )

    def _row(self, error: RowError) -> str:
        column = error.column
        texts = (
            error.file,
            "" if column is None else column.name,
            "" if column is None else column.type[:_TYPE_LENGTH],
            "" if column is None else column.length_text[:_TYPE_LENGTH],
            error.raw_line[:_RAW_LENGTH],
            error.raw_value[:_RAW_LENGTH],
            error.reason[:512],
        )
        file, name, kind, length, line, value, reason = (
            literal(text.replace("\0", "").encode("utf-8", "replace").decode()) for text in texts
        )
        return (
            f"({literal(self.facts.user)}, {literal(self.facts.database)}, "
            f"{self.facts.process_id}, {self.query}, {self.target.table_id}, "
            f"'{self.started.isoformat(sep=' ')}', {file}, {error.line}, {name}, {kind}, {length}, "
            f"{line}, {value}, {error.position}, {error.code}, {reason})"
        )
