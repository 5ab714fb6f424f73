"""Requests passed on to the upstream and its answers passed back, byte for byte, as they come.

Path, query, headers and body go on unchanged, `Host` among them. So a signature (a presigned URL's
too) is still right there, and a bucket that is named by the host is found. Bodies are streamed both
ways and never held whole.
"""

import json
import logging
from collections.abc import AsyncIterator, Iterable, MutableMapping
from typing import Any
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

import httpcore

logger = logging.getLogger(__name__)

ERROR_CODE = "UpstreamUnavailable"

_HOP_BY_HOP = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
"""What speaks of one connection and not of the message (RFC 9110, 7.6.1)."""
# Our server has answered an `Expect: 100-continue` already, and writes a date and name of its own.
_NOT_SENT_ON = _HOP_BY_HOP | {b"expect"}
_NOT_SENT_BACK = _HOP_BY_HOP | {b"date", b"server"}

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 900.0
"""The longest that an AWS API takes to answer: a synchronous Lambda invocation."""
_KEEP_IDLE_SECONDS = 15.0
_MAX_CONNECTIONS = 256

Headers = list[tuple[bytes, bytes]]


class ClientGoneError(Exception):
    """The caller left before its request was complete: what it sent so far must not count."""


class Forwarder:
    """An ASGI application whose answers are the upstream's."""

    def __init__(self, url: str) -> None:
        self._url = url
        parts = urlsplit(url)
        self._scheme = parts.scheme.encode()
        self._host = str(parts.hostname).encode()
        self._port = parts.port
        self._pool = httpcore.AsyncConnectionPool(
            max_connections=_MAX_CONNECTIONS, keepalive_expiry=_KEEP_IDLE_SECONDS
        )

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        started = False
        try:
            async with self._pool.stream(
                scope["method"],
                httpcore.URL(
                    scheme=self._scheme,
                    host=self._host,
                    port=self._port,
                    target=_target(scope),
                ),
                headers=_request_headers(scope["headers"]),
                content=_body(receive) if _has_body(scope["headers"]) else None,
                extensions={"timeout": {"connect": CONNECT_SECONDS, "read": ANSWER_SECONDS}},
            ) as answer:
                await send(
                    {
                        "type": "http.response.start",
                        "status": answer.status,
                        "headers": _without(answer.headers, _NOT_SENT_BACK),
                    }
                )
                started = True
                async for part in answer.aiter_stream():
                    await send({"type": "http.response.body", "body": part, "more_body": True})
                await send({"type": "http.response.body", "body": b""})
        except ClientGoneError:
            return
        except (
            httpcore.NetworkError,
            httpcore.TimeoutException,
            httpcore.ProtocolError,
        ) as problem:
            logger.error("the upstream %s: %s %s", self._url, type(problem).__name__, problem)
            if started:
                # Half an answer cannot be taken back; a connection that breaks off says so.
                raise
            await _send_failure(scope, send, self._url, problem)

    async def close(self) -> None:
        await self._pool.aclose()


def _target(scope: MutableMapping[str, Any]) -> bytes:
    """Path and query as they were sent: decoding and encoding again would break signatures."""
    path: bytes = scope["raw_path"]
    query: bytes = scope["query_string"]
    return path + b"?" + query if query else path


def _has_body(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    framing = (b"content-length", b"transfer-encoding")
    return any(name.lower() in framing for name, _ in headers)


def _request_headers(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    given = [(name.lower(), value) for name, value in headers]
    kept = _without(given, _NOT_SENT_ON)
    if any(name == b"transfer-encoding" for name, _ in given):
        kept.append((b"transfer-encoding", b"chunked"))
    return kept


def _without(headers: Iterable[tuple[bytes, bytes]], names: frozenset[bytes]) -> Headers:
    return [(name, value) for name, value in headers if name.lower() not in names]


async def _body(receive: Any) -> AsyncIterator[bytes]:
    while True:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise ClientGoneError
        if event.get("body"):
            yield event["body"]
        if not event.get("more_body"):
            return


async def _send_failure(
    scope: MutableMapping[str, Any], send: Any, url: str, problem: Exception
) -> None:
    """502 in the form of the API that was called, so that an SDK shows the message."""
    message = (
        f"The upstream {url} of this gluelocal account does not answer "
        f"({str(problem) or type(problem).__name__}). Start it, or start the account without it: "
        "gluelocal down, then gluelocal up --upstream none"
    )
    headers = {name.lower(): value for name, value in scope["headers"]}
    kind, body = _error_body(headers, message)
    answer = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 502, "headers": answer})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def _error_body(headers: dict[bytes, bytes], message: str) -> tuple[bytes, bytes]:
    if b"x-amz-target" in headers or b"json" in headers.get(b"content-type", b""):
        error = {"__type": ERROR_CODE, "message": message, "Message": message}
        return b"application/x-amz-json-1.1", json.dumps(error).encode()
    inner = f"<Code>{ERROR_CODE}</Code><Message>{escape(message)}</Message>"
    if b"form-urlencoded" in headers.get(b"content-type", b""):
        text = f"<ErrorResponse><Error><Type>Receiver</Type>{inner}</Error></ErrorResponse>"
    else:
        text = f"<Error>{inner}</Error>"
    return b"application/xml", f'<?xml version="1.0" encoding="UTF-8"?>{text}'.encode()
