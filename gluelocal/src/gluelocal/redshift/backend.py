"""One connection to the embedded PostgreSQL, shared by a client's traffic and the gateway's own.

Everything sent that ends in a ReadyForQuery has an entry in a queue; what comes back belongs to the
entry at its head: it is relayed to the client, or collected here. Relayed bytes are cut at message
headers only, never parsed.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from enum import Enum, auto

from gluelocal.redshift import wire
from gluelocal.redshift.copy_out import CopyOut
from gluelocal.redshift.errors import CANNOT_CONNECT, RedshiftError

_READ_SIZE = 1 << 18
_READY = ord("Z")
_ERROR = ord("E")
_COMPLETE = ord("C")
_ROW = ord("D")
_NOTICE = ord("N")
_COPY_IN = ord("G")
_COPY_DATA = ord("d")
_FIELDS = ord("T")
# What the relay has to look at; every other message only passes.
_LOOKED_AT = frozenset((_READY, _ERROR))


class Route(Enum):
    """Whose answer it is: the client's (with or without its ReadyForQuery), or the gateway's."""

    CLIENT = auto()
    CLIENT_WITHOUT_READY = auto()
    GATEWAY = auto()


@dataclass
class Answer:
    """What one round of the gateway's own brought: texts of rows, first tag, first error.

    `fields`: the columns of its rows.
    """

    rows: list[list[str | None]] = field(default_factory=list)
    fields: list[wire.Field] = field(default_factory=list)
    tag: str = ""
    notices: list[bytes] = field(default_factory=list)
    error: bytes | None = None

    def raise_error(self) -> None:
        """RedshiftError with the fields of the server's own, when there was one."""
        if self.error is not None:
            fields = wire.response_fields(self.error)
            raise RedshiftError(
                fields.get("M", "unknown error"),
                fields.get("C", "XX000"),
                fields.get("D", ""),
                fields.get("H", ""),
            )


@dataclass
class Round:
    route: Route
    done: asyncio.Future[None]
    answer: Answer = field(default_factory=Answer)
    failed: bool = False
    copy_in: asyncio.Event = field(default_factory=asyncio.Event)
    copy_out: CopyOut | None = None


class Backend:
    """A session of the embedded PostgreSQL. One task may use it, beside the one that reads."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        client: asyncio.StreamWriter | None,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._client = client
        self._rounds: deque[Round] = deque()
        self._skip = 0
        self._error_seen = False
        self.status = b"I"
        self.closed = asyncio.Event()
        self._pump_task = asyncio.create_task(self._pump())

    @classmethod
    async def connect(
        cls,
        path: str,
        parameters: dict[str, str],
        client: asyncio.StreamWriter | None = None,
    ) -> tuple["Backend", bytes]:
        """Opens a session; returns it with the server's start-up messages, ReadyForQuery the last.

        RedshiftError carries the server's own words when it refuses.
        """
        try:
            reader, writer = await asyncio.open_unix_connection(path, limit=_READ_SIZE)
        except OSError as problem:
            raise RedshiftError(
                f"the database does not answer: {problem}", CANNOT_CONNECT
            ) from None
        writer.write(wire.startup_message(parameters))
        messages = b""
        try:
            while True:
                header = await reader.readexactly(5)
                kind, length = wire.HEADER.unpack(header)
                body = await reader.readexactly(length - 4)
                if kind == _ERROR:
                    writer.close()
                    Answer(error=body).raise_error()
                messages += header + body
                if kind == _READY:
                    return cls(reader, writer, client), messages
        except asyncio.IncompleteReadError:
            raise RedshiftError("the database closed the connection", CANNOT_CONNECT) from None

    async def close(self) -> None:
        """Ends the session; an open transaction is rolled back by the server."""
        with suppress(ConnectionError):
            self._writer.write(wire.message(b"X"))
        self._writer.close()
        with suppress(ConnectionError):
            await self._writer.wait_closed()
        self._pump_task.cancel()
        with suppress(asyncio.CancelledError):
            await self._pump_task

    # Sending

    def send(self, data: bytes) -> None:
        """Bytes that bring no ReadyForQuery of their own."""
        self._writer.write(data)

    def send_round(self, data: bytes, route: Route) -> Round:
        """Bytes that end in one ReadyForQuery."""
        entry = Round(route, asyncio.get_running_loop().create_future())
        if self.closed.is_set():
            entry.done.set_result(None)
            entry.failed = True
            entry.answer.error = _CONNECTION_LOST
            return entry
        self._rounds.append(entry)
        self._writer.write(data)
        return entry

    async def drain(self) -> None:
        await self._writer.drain()

    async def settle(self) -> None:
        """Waits until everything that was sent has its ReadyForQuery."""
        while self._rounds:
            await self._rounds[-1].done

    async def execute(self, sql: str) -> Answer:
        """Runs SQL of the gateway's own in this session; RedshiftError when it fails."""
        entry = self.send_round(wire.query(sql), Route.GATEWAY)
        await entry.done
        entry.answer.raise_error()
        return entry.answer

    async def copy_in(self, sql: str, chunks: AsyncGenerator[bytes, None]) -> Answer:
        """Feeds a `COPY … FROM STDIN`. If `chunks` raises, the COPY fails and that is raised."""
        entry = self.send_round(wire.query(sql), Route.GATEWAY)
        started = asyncio.create_task(entry.copy_in.wait())
        entry.done.add_done_callback(lambda _: started.cancel())
        await asyncio.wait({started})
        if entry.copy_in.is_set():
            try:
                async with aclosing(chunks):
                    await self._feed(entry, chunks)
            except BaseException:
                # Also when cancelled: the server must leave its copy mode before anything else.
                self._writer.write(wire.message(b"f", wire.cstring("the load failed")))
                await entry.done
                raise
            self._writer.write(wire.COPY_DONE)
        await entry.done
        entry.answer.raise_error()
        return entry.answer

    async def copy_out(self, sql: str) -> AsyncGenerator[bytes, None]:
        """The rows of a `COPY … TO STDOUT`, whole rows in each piece; RedshiftError at its end."""
        entry = self.send_round(wire.query(sql), Route.GATEWAY)
        out = entry.copy_out = CopyOut()
        entry.done.add_done_callback(lambda _: out.end())
        try:
            while rows := await out.take():
                yield rows
        finally:
            out.leave()
            await entry.done
        entry.answer.raise_error()

    async def _feed(self, entry: Round, chunks: AsyncGenerator[bytes, None]) -> None:
        async for chunk in chunks:
            if entry.failed or self.closed.is_set():
                return
            self._writer.write(b"d" + (len(chunk) + 4).to_bytes(4, "big"))
            self._writer.write(chunk)
            await self._writer.drain()

    # Receiving

    async def _pump(self) -> None:
        rest = b""
        try:
            while chunk := await self._reader.read(_READ_SIZE):
                rest = self._dispatch(rest + chunk if rest else chunk)
                if self._client is not None:
                    await self._client.drain()
                if self._rounds and (out := self._rounds[0].copy_out) is not None:
                    await out.room.wait()
        except ConnectionError:
            pass
        finally:
            self._end()

    def _end(self) -> None:
        self.closed.set()
        if self._client is not None:
            self._client.close()
        while self._rounds:
            entry = self._rounds.popleft()
            entry.failed = True
            if entry.answer.error is None:
                entry.answer.error = _CONNECTION_LOST
            entry.done.set_result(None)

    def _relay(self, data: bytes | memoryview) -> None:
        if self._client is not None and len(data):
            self._client.write(data)

    def _dispatch(self, data: bytes) -> bytes:
        """Hands on every message in `data`; returns the start of one that is not all here yet."""
        end = len(data)
        view = memoryview(data)
        position = min(self._skip, end)
        self._skip -= position
        begin = 0
        unpack = wire.HEADER.unpack_from
        while position + 5 <= end:
            entry = self._rounds[0] if self._rounds else None
            collecting = entry is not None and entry.route is Route.GATEWAY
            kind, length = unpack(data, position)
            following = position + 1 + length
            if not collecting and kind not in _LOOKED_AT:
                position = following
                continue
            if following > end:
                break
            if kind == _ERROR:
                self._error_seen = True
                if entry is not None:
                    entry.failed = True
            if collecting:
                assert entry is not None
                self._relay(view[begin:position])
                begin = following
                _collect(entry, kind, data[position + 5 : following])
            if kind == _READY:
                self.status = data[following - 1 : following]
                if entry is not None:
                    self._rounds.popleft()
                    # In a pipeline the error comes before the Sync that asks for this answer.
                    entry.failed = entry.failed or self._error_seen
                    if entry.route is Route.CLIENT_WITHOUT_READY:
                        self._relay(view[begin:position])
                        begin = following
                    entry.done.set_result(None)
                self._error_seen = False
            position = following
        if position > end:
            self._skip = position - end
            position = end
        self._relay(view[begin:position])
        return data[position:]


def _collect(entry: Round, kind: int, body: bytes) -> None:
    if kind == _ROW:
        entry.answer.rows.append(wire.row_values(body))
    elif kind == _COMPLETE:
        entry.answer.tag = entry.answer.tag or body.rstrip(b"\0").decode()
    elif kind == _NOTICE:
        entry.answer.notices.append(body)
    elif kind == _ERROR:
        entry.answer.error = entry.answer.error or body
    elif kind == _COPY_DATA and entry.copy_out is not None:
        entry.copy_out.put(body)
    elif kind == _FIELDS:
        entry.answer.fields = wire.row_fields(body)
    elif kind == _COPY_IN:
        entry.copy_in.set()


_CONNECTION_LOST = (
    b"SFATAL\0C" + CANNOT_CONNECT.encode() + b"\0Mthe database connection was lost\0\0"
)
