"""A TCP proxy before Redshift that reads the statements going by, and breaks those it is told to.

Messages: PostgreSQL documentation, "Frontend/Backend Protocol". A statement is seen where it is
executed: a Query message, or the Execute of a portal whose statement was parsed before.
"""

import re
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum

_HEADER = struct.Struct(">BI")
_SSL_REQUEST = 80877103
_READ = 1 << 16
_ANSWER_SECONDS = 60.0
CONNECT = "CONNECT"


class Cut(Enum):
    """What becomes of a statement."""

    PASS = "passes"
    BEFORE = "the connection breaks before it arrives"
    DURING = "the connection breaks while it runs"
    AFTER = "it is carried out, and its answer is lost"
    SLOW = "it is slow"


@dataclass
class WarehouseRule:
    """Breaks the `nth` statement (1-based) with this label.

    `act` is called when it arrives, before anything else happens to it; with AFTER, when it is
    carried out. While `refuse_after` is
    set, no new connection is let through once the rule has fired.
    """

    label: str
    nth: int
    cut: Cut
    seconds: float = 0.0
    act: Callable[[], object] | None = None
    refuse_after: bool = False
    seen: int = 0
    fired: int = 0


@dataclass
class _State:
    lock: threading.Lock = field(default_factory=threading.Lock)
    rule: WarehouseRule | None = None
    counts: Counter[str] = field(default_factory=Counter)

    def match(self, label: str) -> WarehouseRule | None:
        with self.lock:
            self.counts[label] += 1
            rule = self.rule
            if rule is None or rule.label != label:
                return None
            rule.seen += 1
            if rule.seen != rule.nth:
                return None
            rule.fired += 1
            return rule

    @property
    def refuses(self) -> bool:
        with self.lock:
            return self.rule is not None and self.rule.refuse_after and self.rule.fired > 0


class WarehouseProxy:
    """Listens on a free port of 127.0.0.1 from `start` to `stop`; the upstream port may change."""

    def __init__(self, upstream_port: int) -> None:
        self.upstream_port = upstream_port
        self._state = _State()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._accept)

    @property
    def port(self) -> int:
        return int(self._listening.getsockname()[1])

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        # accept() does not end by a close from another thread, but by a shutdown it does.
        self._listening.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listening.close()

    def arm(self, rule: WarehouseRule | None) -> None:
        """One rule at a time; None takes it away. The counts begin anew."""
        with self._state.lock:
            self._state.rule = rule
            self._state.counts = Counter()

    def counts(self) -> Counter[str]:
        """The statements by label since the last `arm`."""
        with self._state.lock:
            return Counter(self._state.counts)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        if self._state.refuses:
            _reset(client)
            return
        rule = self._state.match(CONNECT)
        if rule is not None and rule.act is not None:
            rule.act()
        if rule is not None and rule.cut is not Cut.PASS:
            _reset(client)
            return
        try:
            server = socket.create_connection(("127.0.0.1", self.upstream_port), 10)
        except OSError:
            _reset(client)
            return
        server.settimeout(None)
        _Relay(client, server, self._state).run()


class _Relay:
    """One connection: two threads, one a direction."""

    def __init__(self, client: socket.socket, server: socket.socket, state: _State) -> None:
        self._client = client
        self._server = server
        self._state = state
        self._statements: dict[bytes, str] = {}
        self._portals: dict[bytes, str] = {}
        self._swallowing = threading.Event()
        self._answered = threading.Event()

    def run(self) -> None:
        for one in (self._client, self._server):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        back = threading.Thread(target=self._from_server, daemon=True)
        back.start()
        with suppress(OSError):
            self._from_client()
        self._close()
        back.join()

    def _from_client(self) -> None:
        data = _startup(self._client, self._server)
        while True:
            while len(data) >= _HEADER.size:
                kind, length = _HEADER.unpack_from(data)
                if len(data) < length + 1:
                    break
                message, data = data[: length + 1], data[length + 1 :]
                rule = self._matching(kind, message[_HEADER.size :])
                if rule is not None and self._broken(rule, message, data):
                    return
                if rule is None or rule.cut in (Cut.PASS, Cut.SLOW):
                    self._server.sendall(message)
            more = self._client.recv(_READ)
            if not more:
                return
            data += more

    def _matching(self, kind: int, body: bytes) -> WarehouseRule | None:
        sql = self._executed(kind, body)
        return None if sql is None else self._state.match(label_of(sql))

    def _executed(self, kind: int, body: bytes) -> str | None:
        """The statement that this message carries out; None for any other message."""
        first, _, rest = body.partition(b"\0")
        match chr(kind):
            case "Q":
                return first.decode("utf-8", "replace")
            case "P":
                self._statements[first] = rest.partition(b"\0")[0].decode("utf-8", "replace")
            case "B":
                self._portals[first] = self._statements.get(rest.partition(b"\0")[0], "")
            case "E":
                return self._portals.get(first, "")
        return None

    def _broken(self, rule: WarehouseRule, message: bytes, rest: bytes) -> bool:
        """Carries the rule out; whether the connection is at its end."""
        if rule.cut in (Cut.DURING, Cut.AFTER):
            # Whatever the server still says, the client does not hear it.
            self._swallowing.set()
        if rule.act is not None and rule.cut is not Cut.AFTER:
            rule.act()
        if rule.cut is Cut.SLOW:
            time.sleep(rule.seconds)
        if rule.cut in (Cut.PASS, Cut.SLOW):
            return False
        if rule.cut is Cut.BEFORE:
            return True
        # What follows in the same packet is the Sync that makes the server answer.
        self._server.sendall(message + (rest or _SYNC))
        if rule.cut is Cut.DURING:
            time.sleep(rule.seconds)
        else:
            self._answered.wait(_ANSWER_SECONDS)
            if rule.act is not None:
                rule.act()
        return True

    def _from_server(self) -> None:
        with suppress(OSError):
            while data := self._server.recv(_READ):
                if self._swallowing.is_set():
                    # The answers before this one were read by the client, which waits for each.
                    if _ends_ready(data):
                        self._answered.set()
                    continue
                self._client.sendall(data)
        self._answered.set()
        with suppress(OSError):
            self._client.shutdown(socket.SHUT_RDWR)

    def _close(self) -> None:
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        _reset(self._client)


_SYNC = b"S\x00\x00\x00\x04"
_TABLE = re.compile(
    r"\b(?:table|into|from|copy|using)\s+(?:if\s+(?:not\s+)?exists\s+)?"
    r"\"?([a-z_][a-z0-9_]*)\"?(?:\.\"?([a-z_][a-z0-9_]*)\"?)?",
    re.IGNORECASE,
)


def label_of(sql: str) -> str:
    """The statement's kind and what it is on: `DELETE movies.imdb_movies`, `COPY stage`."""
    words = re.sub(r"\s+", " ", sql.strip()).strip(" ;")
    verb = words.partition(" ")[0].upper() or "EMPTY"
    tables = list(_TABLE.finditer(words))
    if not tables or verb in ("COMMIT", "BEGIN", "ROLLBACK", "SET"):
        return verb
    # What a query reads from stands behind the texts in it.
    table = tables[-1] if verb == "SELECT" else tables[0]
    # The staging table has a name of its own in every run.
    name = table.group(2) or table.group(1)
    return f"{verb} {'the staging table' if 'stag' in name else name}"


def _ends_ready(data: bytes) -> bool:
    return len(data) >= 6 and data[-6] == ord("Z")


def _startup(client: socket.socket, server: socket.socket) -> bytes:
    """Passes the packets on that have no kind; returns what came after them."""
    data = b""
    while True:
        while len(data) < 8:
            more = client.recv(_READ)
            if not more:
                raise ConnectionResetError
            data += more
        length, code = struct.unpack_from(">II", data)
        while len(data) < length:
            data += client.recv(_READ)
        server.sendall(data[:length])
        data = data[length:]
        if code != _SSL_REQUEST:
            return data


def _reset(one: socket.socket) -> None:
    with suppress(OSError):
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    one.close()
