"""The account's one AWS endpoint: MiniStack's services, with our Glue in front.

A request for Glue goes to the operation that is registered here by name, or, where MiniStack's
catalog is real, through to MiniStack. Every other Glue operation is refused by name: none of them
may answer as if something had happened.

With an upstream, requests for other services than Glue and CloudFormation go there.
"""

import asyncio
import json
import logging
import re
import uuid
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from typing import Any

from gluelocal.errors import GluelocalError
from gluelocal.ministack import AsgiApp

logger = logging.getLogger(__name__)

Operation = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""Takes a request's parameters, returns the answer's; both as the Glue API names them."""

TARGET_PREFIX = "AWSGlue."
DIRECT_HEADER = b"x-gluelocal-direct"
"""Marks our own look-ups of definitions, which MiniStack keeps."""

PASSED_THROUGH = frozenset(
    {
        "CreateDatabase",
        "DeleteDatabase",
        "GetDatabase",
        "GetDatabases",
        "UpdateDatabase",
        "CreateTable",
        "DeleteTable",
        "GetTable",
        "GetTables",
        "UpdateTable",
        "BatchDeleteTable",
        "CreatePartition",
        "DeletePartition",
        "GetPartition",
        "GetPartitions",
        "BatchCreatePartition",
        "BatchGetPartition",
        "BatchUpdatePartition",
        "CreatePartitionIndex",
        "GetPartitionIndexes",
        "UpdateColumnStatisticsForTable",
        "GetColumnStatisticsForTable",
        "DeleteColumnStatisticsForTable",
        "UpdateColumnStatisticsForPartition",
        "GetColumnStatisticsForPartition",
        "DeleteColumnStatisticsForPartition",
        "CreateConnection",
        "DeleteConnection",
        "GetConnection",
        "GetConnections",
        "CreateClassifier",
        "GetClassifier",
        "GetClassifiers",
        "DeleteClassifier",
        "CreateCrawler",
        "CreateJob",
        "GetJob",
        "GetJobs",
        "UpdateJob",
        "CreateSecurityConfiguration",
        "DeleteSecurityConfiguration",
        "GetSecurityConfiguration",
        "GetSecurityConfigurations",
        "CreateUserDefinedFunction",
        "UpdateUserDefinedFunction",
        "DeleteUserDefinedFunction",
        "GetUserDefinedFunction",
        "GetUserDefinedFunctions",
        "TagResource",
        "UntagResource",
        "GetTags",
    }
)
"""Operations that only keep and return definitions, which MiniStack does truly."""


OWN_SERVICES = frozenset({"glue", "cloudformation"})
"""What stays in the account when there is an upstream: LocalStack's community edition has no Glue,
and a stack of both needs both sides (upstream/resources.py)."""

# Authorization: AWS4-HMAC-SHA256 Credential=<key>/<date>/<region>/<service>/aws4_request, ...
_SIGNED_FOR = re.compile(rb"Credential=[^/,\s]*/[^/,\s]*/[^/,\s]*/([^/,\s]+)/aws4_request")


class ApiError(GluelocalError):
    """An error of the Glue API: the code that an SDK raises, and its message."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


def collect(parts: Iterable[Mapping[str, Operation]]) -> dict[str, Operation]:
    """Joins the operations of several services; two of one name are a mistake of ours."""
    joined: dict[str, Operation] = {}
    for part in parts:
        for name, operation in part.items():
            if name in joined or name in PASSED_THROUGH:
                raise ValueError(f"the Glue operation {name} is registered twice")
            joined[name] = operation
    return joined


class Endpoint:
    """The ASGI application that the account serves; `upstream` has what is not the account's."""

    def __init__(
        self,
        inner: AsgiApp,
        operations: Mapping[str, Operation],
        upstream: AsgiApp | None = None,
    ) -> None:
        self._inner = inner
        self._operations = operations
        self._upstream = upstream

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        action = self._own_action(scope)
        if action is None:
            app = self._inner
            if self._upstream is not None and _is_for_upstream(scope):
                app = self._upstream
            await app(scope, receive, send)
            return
        status, answer = await self._answer(action, receive)
        await _send_json(send, status, answer)

    def _own_action(self, scope: MutableMapping[str, Any]) -> str | None:
        """The Glue operation that we have to answer; None for everything that passes through."""
        if scope["type"] != "http":
            return None
        headers = dict(scope["headers"])
        target = headers.get(b"x-amz-target", b"").decode("latin-1")
        if not target.startswith(TARGET_PREFIX) or DIRECT_HEADER in headers:
            return None
        action = target.removeprefix(TARGET_PREFIX)
        return None if action in PASSED_THROUGH else action

    async def _answer(self, action: str, receive: Any) -> tuple[int, Mapping[str, Any]]:
        body = await read_body(receive)
        try:
            parameters = json.loads(body or b"{}")
            if not isinstance(parameters, dict):
                raise ValueError("not an object")
        except ValueError as problem:
            message = f"The request is not JSON: {problem}"
            return 400, {"__type": "SerializationException", "message": message}
        operation = self._operations.get(action)
        if operation is None:
            return 400, _error(
                "UnsupportedOperationException",
                f"gluelocal does not emulate glue:{action}, and does not pretend to. "
                "docs/parity.md lists what works.",
            )
        try:
            # Operations read definitions from this same endpoint, so they must not hold its loop.
            return 200, await asyncio.to_thread(operation, parameters)
        except ApiError as problem:
            return problem.status, _error(problem.code, str(problem))
        except Exception as problem:
            logger.exception("glue:%s failed", action)
            return 500, _error("InternalServiceException", f"gluelocal failed: {problem!r}")


def _is_for_upstream(scope: MutableMapping[str, Any]) -> bool:
    if scope["type"] != "http":
        return False
    if dict(scope["headers"]).get(b"x-amz-target", b"").startswith(TARGET_PREFIX.encode()):
        return False
    # What is not signed for a service (a presigned URL, a health check) is not Glue's.
    return service_of(scope) not in OWN_SERVICES


def service_of(scope: Mapping[str, Any]) -> str | None:
    """The service that a request is signed for, as its signature names it; None without one."""
    authorization = dict(scope["headers"]).get(b"authorization", b"")
    signed = _SIGNED_FOR.search(authorization)
    return signed[1].decode("latin-1") if signed else None


def _error(code: str, message: str) -> dict[str, Any]:
    return {"__type": code, "message": message, "Message": message}


async def read_body(receive: Any) -> bytes:
    """A request's whole body (`receive`: ASGI's)."""
    parts = []
    while True:
        event = await receive()
        parts.append(event.get("body", b""))
        if not event.get("more_body"):
            return b"".join(parts)


async def _send_json(send: Any, status: int, answer: Mapping[str, Any]) -> None:
    body = json.dumps(answer, default=_json_default).encode()
    headers = [
        (b"content-type", b"application/x-amz-json-1.1"),
        (b"content-length", str(len(body)).encode()),
        (b"x-amzn-requestid", str(uuid.uuid4()).encode()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _json_default(value: Any) -> Any:
    if hasattr(value, "timestamp"):
        return value.timestamp()
    raise TypeError(f"{type(value).__name__} has no JSON form in the Glue API")
