"""An HTTP proxy before an account's endpoint, which breaks the requests that it is told to break.

It knows a request by its label: the method with the first part of the key for S3 (`PUT rejected/`),
the operation for the other services (`GetSecretValue`).
"""

import http.client
import re
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import Message
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import parse_qs, unquote, urlsplit

_UPSTREAM_SECONDS = 120.0
ANY = "any request"


class Effect(Enum):
    """What becomes of a request."""

    PASS = "passes"
    BUSY = "is answered 503"
    CUT = "is cut off before it arrives"
    HALF = "is cut off in the middle of its body"
    LOST = "arrives, and its answer is lost"
    HALF_ANSWER = "is answered, and cut off in the middle of the answer"
    SLOW = "is slow"
    REFUSED_ENTRY = "is answered 200 with an entry refused"


@dataclass
class StorageRule:
    """From the `nth` request (1-based) with this label, `times` of them meet the effect.

    `act` is called when the first of them arrives, before anything else happens to it.
    """

    label: str
    nth: int
    effect: Effect
    times: int = 1
    seconds: float = 0.0
    act: Callable[[], object] | None = None
    seen: int = 0
    fired: int = 0

    def meets(self, label: str) -> bool:
        if self.label not in (label, ANY):
            return False
        self.seen += 1
        return self.nth <= self.seen < self.nth + self.times


@dataclass
class _State:
    """What the proxy's threads share."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    rule: StorageRule | None = None
    counts: Counter[str] = field(default_factory=Counter)

    def match(self, label: str) -> tuple[StorageRule | None, bool]:
        """The rule for this request, and whether it is the first that the rule meets."""
        with self.lock:
            self.counts[label] += 1
            rule = self.rule
            if rule is None or not rule.meets(label):
                return None, False
            rule.fired += 1
            return rule, rule.fired == 1


class StorageProxy:
    """Listens on a free port of 127.0.0.1 from `start` to `stop`."""

    def __init__(self, host: str, port: int) -> None:
        self._state = _State()
        state = self._state

        class Handler(_Handler):
            upstream = (host, port)
            shared = state

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def arm(self, rule: StorageRule | None) -> None:
        """One rule at a time; None takes it away. The counts begin anew."""
        with self._state.lock:
            self._state.rule = rule
            self._state.counts = Counter()

    def counts(self) -> Counter[str]:
        """The requests by label since the last `arm`."""
        with self._state.lock:
            return Counter(self._state.counts)


def label_of(method: str, target: str, headers: "Message[str, str]", body: bytes) -> str:
    """The label of a request; a deletion of several objects is a DELETE of the first."""
    if operation := headers.get("X-Amz-Target"):
        return operation.rpartition(".")[2]
    parts = urlsplit(target)
    query = parse_qs(parts.query, keep_blank_values=True)
    key = unquote(parts.path).removeprefix("/").partition("/")[2] or query.get("prefix", [""])[0]
    verb = method
    if "delete" in query:
        verb = "DELETE"
        found = re.search(rb"<Key>([^<]*)</Key>", body)
        key = found.group(1).decode() if found else ""
    if verb == "GET" and ("list-type" in query or "prefix" in query):
        verb = "LIST"
    return f"{verb} {key.partition('/')[0]}/"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    upstream: ClassVar[tuple[str, int]]
    shared: ClassVar[_State]
    _connection: http.client.HTTPConnection | None = None

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def _serve(self) -> None:
        body = self._body()
        label = label_of(self.command, self.path, self.headers, body)
        rule, is_first = self.shared.match(label)
        effect = Effect.PASS if rule is None else rule.effect
        if rule is not None and is_first and rule.act is not None:
            rule.act()
        if rule is not None and rule.seconds:
            time.sleep(rule.seconds)
        match effect:
            case Effect.BUSY:
                self._answer(503, [("Content-Type", "application/xml")], _SLOW_DOWN)
            case Effect.REFUSED_ENTRY:
                self._answer(200, [("Content-Type", "application/x-amz-json-1.1")], _REFUSED)
            case Effect.CUT:
                self._cut()
            case Effect.HALF:
                self._send_half(body)
                self._cut()
            case _:
                self._relay(body, effect)

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = _serve  # noqa: N815 - the base class's names

    def handle(self) -> None:
        # A client that was killed, or that a fault has cut off, resets its connection.
        with suppress(ConnectionError):
            super().handle()

    def finish(self) -> None:
        if self._connection is not None:
            self._connection.close()
        super().finish()

    def log_message(self, *arguments: object) -> None:
        """Requests are counted, not logged."""

    def _body(self) -> bytes:
        """The body as it came, chunks with their frames."""
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            raw = b""
            while True:
                line = self.rfile.readline()
                raw += line
                size = int(line.split(b";")[0], 16)
                raw += self.rfile.read(size + 2)
                if size == 0:
                    return raw
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _relay(self, body: bytes, effect: Effect) -> None:
        try:
            status, headers, answer = self._forward(body)
        except (OSError, http.client.HTTPException):
            # The endpoint is down; the client shall see what it would see without a proxy.
            self._cut()
            return
        if effect is Effect.LOST:
            self._cut()
        elif effect is Effect.HALF_ANSWER:
            self._answer(status, headers, answer, sent=len(answer) // 2)
            self._cut()
        else:
            self._answer(status, headers, answer)

    def _forward(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        kept = self._connection
        if kept is not None:
            try:
                return self._exchange(kept, body)
            except (http.client.RemoteDisconnected, ConnectionError, BrokenPipeError):
                # A kept connection that the endpoint has closed in the meantime.
                kept.close()
        self._connection = http.client.HTTPConnection(*self.upstream, timeout=_UPSTREAM_SECONDS)
        return self._exchange(self._connection, body)

    def _exchange(
        self, upstream: http.client.HTTPConnection, body: bytes
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        self._send_head(upstream)
        upstream.send(body)
        answer = upstream.getresponse()
        return answer.status, answer.getheaders(), answer.read()

    def _send_head(self, upstream: http.client.HTTPConnection) -> None:
        upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            # 100 Continue was answered here already.
            if name.lower() not in ("expect", "connection"):
                upstream.putheader(name, value)
        upstream.endheaders()

    def _send_half(self, body: bytes) -> None:
        upstream = http.client.HTTPConnection(*self.upstream, timeout=_UPSTREAM_SECONDS)
        try:
            self._send_head(upstream)
            upstream.send(body[: len(body) // 2])
        except OSError:
            # Down already: the client's connection is cut all the same.
            pass
        finally:
            upstream.close()

    def _answer(
        self, status: int, headers: list[tuple[str, str]], body: bytes, sent: int | None = None
    ) -> None:
        self.send_response_only(status)
        has_length = False
        for name, value in headers:
            if name.lower() in ("transfer-encoding", "connection", "keep-alive"):
                continue
            has_length |= name.lower() == "content-length"
            self.send_header(name, value)
        if not has_length:
            self.send_header("Content-Length", str(len(body)))
        try:
            self.end_headers()
            # The answer to HEAD has no body: the client would take it for the next answer.
            if self.command != "HEAD":
                self.wfile.write(body[:sent])
            self.wfile.flush()
        except ConnectionError:
            # The client was killed meanwhile.
            self.close_connection = True

    def _cut(self) -> None:
        """Closes the client's connection by a reset, as a machine does that goes away."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


_SLOW_DOWN = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>SlowDown</Code>'
    b"<Message>Please reduce your request rate.</Message>"
    b"<RequestId>0</RequestId><HostId>0</HostId></Error>"
)
_REFUSED = (
    b'{"FailedEntryCount": 1, "Entries": [{"ErrorCode": "InternalFailure", '
    b'"ErrorMessage": "the bus is down"}]}'
)
