"""The listening side: start-up packets, logging in, cancelling, and a session for every client."""

import asyncio
import contextlib
import logging
import secrets
import socket

from gluelocal.redshift import auth, catalog, wire
from gluelocal.redshift.backend import Backend
from gluelocal.redshift.errors import (
    INVALID_PASSWORD,
    PROTOCOL_VIOLATION,
    ProtocolError,
    RedshiftError,
)
from gluelocal.redshift.pool import BackendPool
from gluelocal.redshift.postgres import SUPERUSER
from gluelocal.redshift.session import Loader, Session, SessionFacts

log = logging.getLogger(__name__)

# PostgreSQL refuses start-up parameters that it does not know, and Redshift's drivers send several.
_PARAMETERS = frozenset(
    (
        "user",
        "database",
        "application_name",
        "client_encoding",
        "DateStyle",
        "TimeZone",
        "extra_float_digits",
        "search_path",
        "options",
    )
)
_MD5_REQUEST = (5).to_bytes(4, "big")


class Gateway:
    """Serves clients on one listening socket, in front of the PostgreSQL at `socket_path`."""

    def __init__(self, socket_path: str, loader: Loader, pool: BackendPool) -> None:
        self._socket_path = socket_path
        self._loader = loader
        self._pool = pool
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.Task[None]] = set()

    async def start(self, listening: socket.socket) -> None:
        self._server = await asyncio.start_server(self._accept, sock=listening)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._client(reader, writer))
        self._clients.add(task)
        task.add_done_callback(self._clients.discard)

    async def stop(self) -> None:
        """Ends every session; open transactions are rolled back."""
        if self._server is not None:
            self._server.close()
        for task in self._clients:
            task.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._serve(reader, writer)
        except ProtocolError as problem:
            log.warning("a client's connection was closed: %s", problem)
            with contextlib.suppress(ConnectionError):
                refusal = RedshiftError(str(problem), PROTOCOL_VIOLATION)
                writer.write(wire.error_response(refusal, "FATAL"))
        except RedshiftError as problem:
            with contextlib.suppress(ConnectionError):
                writer.write(wire.error_response(problem, "FATAL"))
        except ConnectionError:
            # The client is gone; there is nobody left to tell.
            pass
        finally:
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        packet = await wire.read_startup(reader)
        while packet is not None and packet.code in (wire.SSL_REQUEST, wire.GSS_REQUEST):
            writer.write(b"N")
            packet = await wire.read_startup(reader)
        if packet is None:
            return
        if packet.code == wire.CANCEL_REQUEST:
            await self._cancel(packet.body)
            return
        if packet.code >> 16 != 3:
            raise ProtocolError(f"unsupported frontend protocol {packet.code >> 16}")
        asked = packet.parameters()
        if packet.code != wire.PROTOCOL_3_0:
            # NegotiateProtocolVersion: minor version 0, and no options to complain of.
            writer.write(wire.message(b"v", bytes(8)))
        if "user" not in asked:
            raise RedshiftError("no user name specified in startup packet", INVALID_PASSWORD)
        await self._authenticate(reader, writer, asked["user"])
        accepted = {name: value for name, value in asked.items() if name in _PARAMETERS}
        backend, messages = await Backend.connect(self._socket_path, accepted, writer)
        try:
            writer.write(messages)
            facts = SessionFacts(
                asked["user"], asked.get("database", asked["user"]), _process_id(messages)
            )
            await Session(reader, writer, backend, facts, self._loader).run()
        finally:
            await backend.close()

    async def _authenticate(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, user: str
    ) -> None:
        salt = secrets.token_bytes(4)
        writer.write(wire.message(b"R", _MD5_REQUEST + salt))
        answer = await wire.read_message(reader)
        if answer is None:
            raise ConnectionResetError
        stored = await catalog.stored_password(self._pool, user)
        if answer[0] != ord("p") or not auth.matches(answer[1], stored, salt):
            raise RedshiftError(
                f'password authentication failed for user "{user}"', INVALID_PASSWORD
            )

    async def _cancel(self, body: bytes) -> None:
        try:
            _, writer = await asyncio.open_unix_connection(self._socket_path)
        except OSError as problem:
            log.warning("a cancel request could not be passed on: %s", problem)
            return
        writer.write(wire.cancel_request(body))
        await writer.drain()
        writer.close()


def _process_id(messages: bytes) -> int:
    """The session's number, from BackendKeyData among the server's start-up messages."""
    position = 0
    while position < len(messages):
        kind, length = wire.HEADER.unpack_from(messages, position)
        if kind == ord("K"):
            return int.from_bytes(messages[position + 5 : position + 9], "big")
        position += length + 1
    raise ProtocolError("the database sent no BackendKeyData")


def open_pool(socket_path: str) -> BackendPool:
    """Superuser sessions for the gateway's own use."""

    async def open_session(database: str) -> Backend:
        parameters = {"user": SUPERUSER, "database": database, "client_encoding": "UTF8"}
        backend, _ = await Backend.connect(socket_path, parameters)
        return backend

    return BackendPool(open_session)
