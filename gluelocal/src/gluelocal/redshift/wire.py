"""Messages of the frontend/backend protocol 3.0 (PostgreSQL documentation, chapter 54).

A message is one byte of kind, an Int32 length that counts itself, and a body. Startup packets have
no kind. Only what the gateway writes or reads itself is here; all else passes through as bytes.
"""

import struct
from asyncio import IncompleteReadError, StreamReader
from dataclasses import dataclass

from gluelocal.redshift.errors import ProtocolError, RedshiftError

PROTOCOL_3_0 = 196608
SSL_REQUEST = 80877103
GSS_REQUEST = 80877104
CANCEL_REQUEST = 80877102

HEADER = struct.Struct(">BI")
_FIELD = struct.Struct(">IhIhih")
_MAX_STARTUP = 10_000
_MAX_MESSAGE = 1 << 30
_FRONTEND_KINDS = frozenset(b"BCDdEfFHPpQScX")


@dataclass(frozen=True)
class StartupPacket:
    """What a connection opens with: its protocol code and the bytes after it."""

    code: int
    body: bytes

    def parameters(self) -> dict[str, str]:
        """Names and values of a StartupMessage; ProtocolError when they don't pair up."""
        parts = self.body.split(b"\0")
        if len(parts) < 3 or parts[-2:] != [b"", b""] or len(parts) % 2:
            raise ProtocolError("malformed startup packet")
        try:
            texts = [part.decode() for part in parts[:-2]]
        except UnicodeDecodeError:
            raise ProtocolError("startup packet is not UTF-8") from None
        return dict(zip(texts[::2], texts[1::2], strict=True))


def message(kind: bytes, body: bytes = b"") -> bytes:
    return kind + (len(body) + 4).to_bytes(4, "big") + body


def cstring(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape") + b"\0"


def startup_message(parameters: dict[str, str]) -> bytes:
    pairs = b"".join(cstring(name) + cstring(value) for name, value in parameters.items())
    body = PROTOCOL_3_0.to_bytes(4, "big") + pairs + b"\0"
    return (len(body) + 4).to_bytes(4, "big") + body


def cancel_request(body: bytes) -> bytes:
    return (len(body) + 8).to_bytes(4, "big") + CANCEL_REQUEST.to_bytes(4, "big") + body


def query(sql: str) -> bytes:
    return message(b"Q", cstring(sql))


SYNC = message(b"S")
PARSE_COMPLETE = message(b"1")
BIND_COMPLETE = message(b"2")
CLOSE_COMPLETE = message(b"3")
NO_DATA = message(b"n")
NO_PARAMETERS = message(b"t", b"\0\0")
COPY_DONE = message(b"c")
EMPTY_QUERY = message(b"I")


def ready_for_query(status: bytes) -> bytes:
    """`status`: I idle, T in a transaction, E in a failed one."""
    return message(b"Z", status)


def command_complete(tag: str) -> bytes:
    return message(b"C", cstring(tag))


def _fields(pairs: list[tuple[str, str]]) -> bytes:
    return b"".join(name.encode() + cstring(value) for name, value in pairs if value) + b"\0"


def error_response(error: RedshiftError, severity: str = "ERROR") -> bytes:
    return message(
        b"E",
        _fields(
            [
                ("S", severity),
                ("V", severity),
                ("C", error.sqlstate),
                ("M", error.message),
                ("D", error.detail),
                ("H", error.hint),
            ]
        ),
    )


def notice_response(text: str, severity: str = "INFO") -> bytes:
    fields = [("S", severity), ("V", severity), ("C", "00000"), ("M", text)]
    return message(b"N", _fields(fields))


def response_fields(body: bytes) -> dict[str, str]:
    """The fields of an ErrorResponse or NoticeResponse, by their one-letter codes."""
    parts = body.split(b"\0")
    return {
        part[:1].decode("ascii", "replace"): part[1:].decode("utf-8", "replace")
        for part in parts
        if part
    }


def row_values(body: bytes) -> list[str | None]:
    """The values of a DataRow in text format."""
    count = int.from_bytes(body[:2], "big")
    values: list[str | None] = []
    position = 2
    for _ in range(count):
        length = int.from_bytes(body[position : position + 4], "big", signed=True)
        position += 4
        if length < 0:
            values.append(None)
            continue
        values.append(body[position : position + length].decode())
        position += length
    return values


@dataclass(frozen=True)
class Field:
    """A column of a result: the number of its type, and the type's modifier (-1: none)."""

    name: str
    type_id: int
    modifier: int


def row_fields(body: bytes) -> list[Field]:
    """The columns that a RowDescription lists."""
    found: list[Field] = []
    position = 2
    for _ in range(int.from_bytes(body[:2], "big")):
        name, position = take_cstring(body, position)
        # Behind the name: table, column number, type, its size, its modifier, format.
        _, _, type_id, _, modifier, _ = _FIELD.unpack_from(body, position)
        position += _FIELD.size
        found.append(Field(name.decode(), type_id, modifier))
    return found


def take_cstring(body: bytes, start: int = 0) -> tuple[bytes, int]:
    """The bytes up to a NUL and the position behind it; ProtocolError when there is none."""
    end = body.find(b"\0", start)
    if end < 0:
        raise ProtocolError("a string in a message has no end")
    return body[start:end], end + 1


async def read_startup(reader: StreamReader) -> StartupPacket | None:
    """The next startup packet; None when the client left without a word."""
    try:
        length = int.from_bytes(await reader.readexactly(4), "big")
        if not 8 <= length <= _MAX_STARTUP:
            raise ProtocolError(f"invalid length of startup packet: {length}")
        body = await reader.readexactly(length - 4)
    except IncompleteReadError as problem:
        if not problem.partial:
            return None
        raise ProtocolError("incomplete startup packet") from None
    return StartupPacket(int.from_bytes(body[:4], "big"), body[4:])


async def read_message(reader: StreamReader) -> tuple[int, bytes] | None:
    """The next message of a client: its kind as a byte, and its body; None at the end."""
    try:
        kind, length = HEADER.unpack(await reader.readexactly(5))
        if kind not in _FRONTEND_KINDS:
            raise ProtocolError(f"invalid frontend message type {kind}")
        if not 4 <= length <= _MAX_MESSAGE:
            raise ProtocolError(f"invalid message length {length}")
        return kind, await reader.readexactly(length - 4)
    except IncompleteReadError as problem:
        if not problem.partial:
            return None
        raise ProtocolError("incomplete message from client") from None
