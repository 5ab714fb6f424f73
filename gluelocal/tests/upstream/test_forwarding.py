"""The forwarder alone, before an upstream that shows what reached it."""

import asyncio
import http.client
import json
import queue
import socket
import socketserver
import threading

import pytest
from hypercorn.asyncio import serve
from hypercorn.config import Config

from gluelocal.endpoint import Endpoint
from gluelocal.upstream.forwarding import Forwarder

WAIT = 10


class Recorder(socketserver.ThreadingTCPServer):
    """An upstream that keeps the head and the pieces of each request as they arrive."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self):
        self.heads, self.pieces = queue.Queue(), queue.Queue()
        self.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        super().__init__(("127.0.0.1", 0), _Recording)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Recording(socketserver.BaseRequestHandler):
    def handle(self):
        data = b""
        while b"\r\n\r\n" not in data:
            data += self.request.recv(65536)
        head, _, rest = data.partition(b"\r\n\r\n")
        line, *fields = head.split(b"\r\n")
        headers = [tuple(field.split(b": ", 1)) for field in fields]
        self.server.heads.put((line, headers))
        named = {name.lower(): value for name, value in headers}
        missing = int(named.get(b"content-length", b"0")) - len(rest)
        if rest:
            self.server.pieces.put(rest)
        while missing > 0:
            piece = self.request.recv(65536)
            self.server.pieces.put(piece)
            if not piece:
                return
            missing -= len(piece)
        self.request.sendall(self.server.answer)


@pytest.fixture(scope="module")
def recorder():
    with Recorder() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def serving():
    """`serving(url)` is the port of an endpoint before that upstream."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    ended, tasks = asyncio.Event(), []

    async def inner(scope, *_):
        assert scope["type"] == "lifespan", "this request should have gone to the upstream"

    def start(url):
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        # From here on connections wait until the server is there.
        listener.listen()
        port = listener.getsockname()[1]
        config = Config()
        config.bind = [f"fd://{listener.detach()}"]
        app = Endpoint(inner, {}, Forwarder(url))
        served = serve(app, config, shutdown_trigger=ended.wait)
        tasks.append(asyncio.run_coroutine_threadsafe(served, loop))
        return port

    yield start
    loop.call_soon_threadsafe(ended.set)
    for task in tasks:
        task.result(WAIT)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(WAIT)


@pytest.fixture(scope="module")
def port(serving, recorder):
    return serving(recorder.url)


@pytest.fixture(scope="module")
def dead_port(serving):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        number = unused.getsockname()[1]
    return serving(f"http://127.0.0.1:{number}")


def exchange(port, head, body=b""):
    """One request, byte for byte as given; the whole answer."""
    with socket.create_connection(("127.0.0.1", port), WAIT) as line:
        line.sendall(head.replace("\n", "\r\n").encode() + b"\r\n" + body)
        answer = http.client.HTTPResponse(line, method=head.split(maxsplit=1)[0])
        answer.begin()
        named = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, named, answer.read()


def test_path_query_host_and_signature_arrive_byte_for_byte(port, recorder):
    exchange(
        port,
        "GET /b/a%20b%2Fc%2b~('*!).csv?X-Amz-Signature=%2f%2F&empty=&flag HTTP/1.1\n"
        "Host: bucket.s3.localhost:4566\nAuthorization: AWS4-HMAC-SHA256 Credential="
        "key/20260101/us-east-1/s3/aws4_request, Signature=00ff\nX-Amz-Meta-Case: MiXed\n",
    )
    line, headers = recorder.heads.get(timeout=WAIT)
    target = "/b/a%20b%2Fc%2b~('*!).csv?X-Amz-Signature=%2f%2F&empty=&flag"
    assert line == f"GET {target} HTTP/1.1".encode()
    named = dict(headers)
    assert named[b"host"] == b"bucket.s3.localhost:4566"
    assert named[b"authorization"].endswith(b"Signature=00ff")
    assert named[b"x-amz-meta-case"] == b"MiXed"
    assert b"content-length" not in named
    assert b"transfer-encoding" not in named


def test_the_answer_comes_back_as_it_was(port, recorder):
    recorder.answer = (
        b"HTTP/1.1 409 Conflict\r\nContent-Encoding: gzip\r\nETag: \"x\"\r\nX-Twice: 1\r\n"
        b"X-Twice: 2\r\nConnection: close\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x00\xff"
    )  # fmt: skip
    try:
        status, headers, body = exchange(port, "GET / HTTP/1.1\nHost: h\n")
    finally:
        recorder.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    recorder.heads.get(timeout=WAIT)
    assert (status, body) == (409, b"\x1f\x8b\x00\xff")
    assert headers["etag"] == '"x"'
    assert headers["content-encoding"] == "gzip"
    assert headers["content-length"] == "4"


def test_a_body_is_passed_on_while_it_arrives(port, recorder):
    with socket.create_connection(("127.0.0.1", port), WAIT) as line:
        line.sendall(b"PUT /b/k HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nfirst")
        recorder.heads.get(timeout=WAIT)
        assert recorder.pieces.get(timeout=WAIT) == b"first"
        line.sendall(b"other")
        assert recorder.pieces.get(timeout=WAIT) == b"other"
        assert line.recv(100).startswith(b"HTTP/1.1 200")


def test_half_an_upload_never_counts_as_a_whole_one(port, recorder):
    with socket.create_connection(("127.0.0.1", port), WAIT) as line:
        line.sendall(b"PUT /b/k HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nfirst")
        recorder.heads.get(timeout=WAIT)
        assert recorder.pieces.get(timeout=WAIT) == b"first"
    # The upstream's connection ends too, before all ten bytes.
    assert recorder.pieces.get(timeout=WAIT) == b""


def test_expect_continue_is_answered_here_and_not_sent_on(port, recorder):
    with socket.create_connection(("127.0.0.1", port), WAIT) as line:
        line.sendall(
            b"PUT /b/k HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
        )
        assert line.recv(1000).startswith(b"HTTP/1.1 100")
        line.sendall(b"ab")
        assert line.recv(1000).startswith(b"HTTP/1.1 200")
    _, headers = recorder.heads.get(timeout=WAIT)
    assert b"expect" not in dict(headers)
    assert recorder.pieces.get(timeout=WAIT) == b"ab"


@pytest.mark.parametrize(
    ("headers", "start"),
    [
        ("X-Amz-Target: AmazonSQS.ListQueues\n", "{"),
        ("Content-Type: application/x-www-form-urlencoded\n", "<?xml"),
        ("", "<?xml"),
    ],
)
def test_a_dead_upstream_is_named_in_the_form_of_the_api(dead_port, headers, start):
    status, answered, body = exchange(dead_port, f"POST / HTTP/1.1\nHost: h\n{headers}")
    text = body.decode()
    assert status == 502
    assert text.startswith(start)
    assert "UpstreamUnavailable" in text
    assert "does not answer" in text
    assert "gluelocal up --upstream none" in text
    if start == "{":
        assert json.loads(text)["__type"] == "UpstreamUnavailable"
    assert int(answered["content-length"]) == len(body)


def test_a_head_request_to_a_dead_upstream_has_no_body(dead_port):
    assert exchange(dead_port, "HEAD /b/k HTTP/1.1\nHost: h\n")[::2] == (502, b"")


def test_an_upstream_that_breaks_off_its_answer_is_no_whole_answer(port, recorder):
    recorder.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"
    try:
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            exchange(port, "GET /b/k HTTP/1.1\nHost: h\n")
    finally:
        recorder.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    recorder.heads.get(timeout=WAIT)
