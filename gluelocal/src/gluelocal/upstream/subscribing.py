"""A subscription through the account has its mail queue before the caller has its answer.

Without this, what is published in the second before the next look at the upstream would not be
mailed.
"""

import asyncio
from collections.abc import Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

from gluelocal.endpoint import read_body, service_of
from gluelocal.ministack import AsgiApp

_ACTIONS = frozenset({"Subscribe", "SetSubscriptionAttributes"})


class SubscriptionWatch:
    """Passes all requests on to `inner`; after one that changes subscriptions it calls `sync`."""

    def __init__(self, inner: AsgiApp, sync: Callable[[], None]) -> None:
        self._inner = inner
        self._sync = sync

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        if service_of(scope) != "sns" or scope["method"] != "POST":
            await self._inner(scope, receive, send)
            return
        body = await read_body(receive)

        async def replay() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        if not _ACTIONS.intersection(parse_qs(body.decode("latin-1")).get("Action", ())):
            await self._inner(scope, replay, send)
            return
        answer: list[dict[str, Any]] = []

        async def keep(event: dict[str, Any]) -> None:
            answer.append(event)

        await self._inner(scope, replay, keep)
        await asyncio.to_thread(self._sync)
        for event in answer:
            await send(event)
