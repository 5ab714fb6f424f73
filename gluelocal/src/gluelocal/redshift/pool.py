"""Superuser sessions of the gateway's own, one a database."""

import asyncio
from collections.abc import Awaitable, Callable

from gluelocal.redshift.backend import Answer, Backend


class BackendPool:
    """One superuser session a database, for what the gateway writes beside its clients.

    What is written here stays, whatever becomes of a client's transaction.
    """

    def __init__(self, open_session: Callable[[str], Awaitable[Backend]]) -> None:
        self._open = open_session
        self._sessions: dict[str, Backend] = {}
        self._lock = asyncio.Lock()

    async def execute(self, database: str, sql: str) -> Answer:
        async with self._lock:
            session = self._sessions.get(database)
            if session is None or session.closed.is_set():
                session = await self._open(database)
                self._sessions[database] = session
            return await session.execute(sql)

    async def close_session(self, database: str) -> None:
        """Leaves a database, so that it can be copied or dropped."""
        async with self._lock:
            session = self._sessions.pop(database, None)
            if session is not None:
                await session.close()

    async def close(self) -> None:
        for database in tuple(self._sessions):
            await self.close_session(database)
