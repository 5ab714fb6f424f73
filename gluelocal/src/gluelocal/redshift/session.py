"""One client's session: what passes to PostgreSQL, and what the gateway answers itself.

Statements of the gateway's own (COPY from S3, UNLOAD, DDL with Redshift's attributes) run in the
client's backend session, so inside its transaction. In the extended protocol everything before them
is first brought to an end with a Sync whose ReadyForQuery the client never sees; an implicit
transaction (a pipeline without BEGIN) therefore ends there.
"""

import asyncio
from dataclasses import dataclass
from typing import Protocol

from gluelocal.redshift import wire
from gluelocal.redshift.backend import Backend, Route
from gluelocal.redshift.errors import (
    IN_FAILED_TRANSACTION,
    SYNTAX_ERROR,
    ProtocolError,
    RedshiftError,
)
from gluelocal.redshift.sql.rewrite import plan
from gluelocal.redshift.sql.steps import (
    Dialect,
    Load,
    OwnStep,
    PassThrough,
    Script,
    Step,
    Unload,
)

_FLUSH_AT = 1 << 16
_ABORT = "DO $$BEGIN RAISE 'the statement failed'; END$$"


@dataclass(frozen=True)
class Outcome:
    """What a statement of the gateway's own ends with: the command's tag and NoticeResponses."""

    tag: str
    notices: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class SessionFacts:
    """Who is at the other end, as PostgreSQL knows the session."""

    user: str
    database: str
    process_id: int


class Loader(Protocol):
    """Carries out COPY and UNLOAD in a session; RedshiftError when one fails."""

    async def load(self, step: Load, backend: Backend, facts: SessionFacts) -> Outcome: ...

    async def unload(self, step: Unload, backend: Backend, facts: SessionFacts) -> Outcome: ...


class Session:
    """Reads a client's messages until it leaves; answers come through `backend` or from here."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        backend: Backend,
        facts: SessionFacts,
        loader: Loader,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._backend = backend
        self._facts = facts
        self._loader = loader
        self._dialect = Dialect()
        self._statements: dict[bytes, OwnStep] = {}
        self._portals: dict[bytes, OwnStep] = {}
        self._outgoing = bytearray()
        self._unsynced = False
        self._skipping = False

    async def run(self) -> None:
        """Until the client or the database ends it; ProtocolError for a malformed message."""
        handlers = {
            ord("Q"): self._query,
            ord("P"): self._parse,
            ord("B"): self._bind,
            ord("D"): self._describe,
            ord("E"): self._execute,
            ord("C"): self._close,
        }
        while (received := await wire.read_message(self._reader)) is not None:
            kind, body = received
            if kind == ord("X"):
                return
            if kind == ord("S"):
                self._skipping = False
                self._unsynced = False
                await self._send_round(wire.SYNC)
            elif self._skipping and kind != ord("Q"):
                continue
            elif (handler := handlers.get(kind)) is not None:
                self._skipping = False
                await handler(body)
            elif kind == ord("F"):
                await self._send_round(wire.message(b"F", body))
            else:
                self._forward(kind, body)
                if kind == ord("H"):
                    await self._flush()

    # To the backend

    def _forward(self, kind: int, body: bytes) -> None:
        self._outgoing += wire.message(bytes((kind,)), body)

    async def _forward_in_pipeline(self, kind: int, body: bytes) -> None:
        self._unsynced = True
        self._forward(kind, body)
        if len(self._outgoing) > _FLUSH_AT:
            await self._flush()

    async def _flush(self) -> None:
        if self._outgoing:
            self._backend.send(bytes(self._outgoing))
            self._outgoing.clear()
        await self._backend.drain()

    async def _send_round(self, data: bytes, route: Route = Route.CLIENT) -> None:
        sent = bytes(self._outgoing) + data
        self._outgoing.clear()
        self._backend.send_round(sent, route)
        await self._backend.drain()

    async def _settle(self) -> None:
        """Brings everything before this to its end; then nothing but this session writes."""
        if not self._unsynced:
            await self._flush()
            await self._backend.settle()
            return
        self._unsynced = False
        sent = bytes(self._outgoing) + wire.SYNC
        self._outgoing.clear()
        entry = self._backend.send_round(sent, Route.CLIENT_WITHOUT_READY)
        await entry.done
        self._skipping = entry.failed

    async def _answer(self, *messages: bytes) -> None:
        self._writer.write(b"".join(messages))
        await self._writer.drain()

    # Simple protocol

    async def _query(self, body: bytes) -> None:
        sql = _text(wire.take_cstring(body)[0])
        try:
            steps = plan(sql, self._dialect)
        except RedshiftError as problem:
            await self._settle()
            await self._fail(problem)
            await self._answer(wire.ready_for_query(self._backend.status))
            return
        if len(steps) == 1 and isinstance(steps[0], PassThrough):
            await self._send_round(wire.query(steps[0].sql))
            return
        await self._settle()
        for step in steps:
            if not await self._run_in_turn(step):
                break
        await self._answer(wire.ready_for_query(self._backend.status))

    async def _run_in_turn(self, step: Step) -> bool:
        if isinstance(step, OwnStep):
            return await self._perform(step)
        entry = self._backend.send_round(wire.query(step.sql), Route.CLIENT_WITHOUT_READY)
        await entry.done
        return not entry.failed

    # Extended protocol

    async def _parse(self, body: bytes) -> None:
        name, position = wire.take_cstring(body)
        query, rest = wire.take_cstring(body, position)
        try:
            steps = plan(_text(query), self._dialect)
            if len(steps) > 1:
                raise RedshiftError(
                    "cannot insert multiple commands into a prepared statement", SYNTAX_ERROR
                )
        except RedshiftError as problem:
            await self._settle()
            if not self._skipping:
                await self._fail(problem)
                self._skipping = True
            return
        step = steps[0]
        self._statements.pop(name, None)
        if isinstance(step, PassThrough):
            rewritten = name + b"\0" + wire.cstring(step.sql) + body[rest:]
            await self._forward_in_pipeline(ord("P"), rewritten)
            return
        self._statements[name] = step
        await self._acknowledge(wire.PARSE_COMPLETE)

    async def _bind(self, body: bytes) -> None:
        portal, position = wire.take_cstring(body)
        name, _ = wire.take_cstring(body, position)
        self._portals.pop(portal, None)
        if name not in self._statements:
            await self._forward_in_pipeline(ord("B"), body)
            return
        self._portals[portal] = self._statements[name]
        await self._acknowledge(wire.BIND_COMPLETE)

    async def _describe(self, body: bytes) -> None:
        name, _ = wire.take_cstring(body, 1)
        if body[:1] == b"S" and name in self._statements:
            await self._acknowledge(wire.NO_PARAMETERS + wire.NO_DATA)
        elif body[:1] == b"P" and name in self._portals:
            await self._acknowledge(wire.NO_DATA)
        else:
            await self._forward_in_pipeline(ord("D"), body)

    async def _execute(self, body: bytes) -> None:
        portal, _ = wire.take_cstring(body)
        step = self._portals.get(portal)
        if step is None:
            await self._forward_in_pipeline(ord("E"), body)
            return
        await self._settle()
        if not self._skipping:
            self._skipping = not await self._perform(step)

    async def _close(self, body: bytes) -> None:
        name, _ = wire.take_cstring(body, 1)
        kept = self._statements if body[:1] == b"S" else self._portals
        if kept.pop(name, None) is None:
            await self._forward_in_pipeline(ord("C"), body)
        else:
            await self._acknowledge(wire.CLOSE_COMPLETE)

    async def _acknowledge(self, messages: bytes) -> None:
        await self._settle()
        if not self._skipping:
            await self._answer(messages)

    # The gateway's own statements

    async def _perform(self, step: OwnStep) -> bool:
        """Runs it and answers the client; whether it succeeded."""
        try:
            if self._backend.status == b"E":
                raise RedshiftError(
                    "current transaction is aborted, "
                    "commands ignored until end of transaction block",
                    IN_FAILED_TRANSACTION,
                )
            if isinstance(step, Script):
                outcome = await self._run_script(step)
            elif isinstance(step, Unload):
                outcome = await self._loader.unload(step, self._backend, self._facts)
            else:
                outcome = await self._loader.load(step, self._backend, self._facts)
        except RedshiftError as problem:
            await self._fail(problem)
            return False
        await self._answer(*outcome.notices, wire.command_complete(outcome.tag))
        return True

    async def _run_script(self, step: Script) -> Outcome:
        statements = list(step.statements)
        if step.commits and self._backend.status == b"T":
            statements.append("COMMIT")
        answer = await self._backend.execute("; ".join(statements))
        notices = tuple(wire.message(b"N", notice) for notice in answer.notices)
        return Outcome(step.tag or answer.tag, notices)

    async def _fail(self, problem: RedshiftError) -> None:
        if self._backend.status == b"T":
            # An error of the gateway's own has to end the transaction like one of the server's.
            try:
                await self._backend.execute(_ABORT)
            except RedshiftError as raised:
                if self._backend.closed.is_set():
                    raise ProtocolError(raised.message) from None
        await self._answer(wire.error_response(problem))


def _text(sql: bytes) -> str:
    # Bytes that are no UTF-8 come back out as they went in; PostgreSQL judges them.
    return sql.decode("utf-8", "surrogateescape")
