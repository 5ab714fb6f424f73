"""All that an account does with its upstream."""

from collections.abc import Callable, Mapping
from typing import Any

from gluelocal import ministack
from gluelocal.account import Account
from gluelocal.clients import Clients
from gluelocal.ministack import AsgiApp, Notification
from gluelocal.upstream import address, events
from gluelocal.upstream.forwarding import Forwarder
from gluelocal.upstream.mail_bridge import MailBridge
from gluelocal.upstream.resources import UpstreamResources
from gluelocal.upstream.subscribing import SubscriptionWatch


class Upstream:
    """Forwards requests, puts events, fetches mails and makes the resources of stacks."""

    def __init__(self, account: Account, deliver: Callable[[Notification], None]) -> None:
        """UpstreamError when nobody answers there, UsageError when it is the account itself."""
        self._url = account.settings.upstream
        address.require_other(self._url, account.settings.port)
        address.require_answer(self._url)
        self._clients = Clients(account, self._url)
        self._forwarder = Forwarder(self._url)
        self._mail = MailBridge(self._clients, account.state, deliver)
        self.app: AsgiApp = SubscriptionWatch(self._forwarder, self._mail.sync)

    def start(self) -> None:
        """MiniStack must be loaded by now."""
        ministack.make_resources_by(UpstreamResources(self._clients("cloudformation"), self._url))
        self._mail.start()

    async def stop(self) -> None:
        self._mail.stop()
        await self._forwarder.close()

    def put_event(self, event: Mapping[str, Any]) -> None:
        """Raises UpstreamError or botocore's errors when the event is not on its bus."""
        events.put_service_event(self._clients("events"), self._url, event)

    def status(self) -> dict[str, Any]:
        return {"upstream": self._url, "upstream_mails": self._mail.problem or "fetched"}
