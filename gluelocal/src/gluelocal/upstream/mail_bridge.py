"""Mails for the e-mail subscribers of the upstream's topics.

The upstream has the topics and sends no mail. So each of its e-mail subscriptions gets a queue
there, subscribed to the same topic with the same filter policy; what arrives in it is mailed. The
upstream is asked once a second, so subscriptions that a stack or another program made count too.
"""

import hashlib
import json
import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from gluelocal.ministack import EMAIL_PROTOCOLS, Notification, given_subject

logger = logging.getLogger(__name__)

QUEUE_PREFIX = "gluelocal-mail-"
POLL_SECONDS = 1.0
_MAX_MESSAGES = 10
_NO_FILTER = {"FilterPolicyScope": "MessageAttributes", "FilterPolicy": "{}"}
"""The attributes that filter, as they are without a filter; set in this order."""


@dataclass(frozen=True)
class Subscriber:
    """One e-mail subscription of a topic."""

    topic_arn: str
    protocol: str
    address: str


@dataclass
class _Bridge:
    """The queue of one subscriber; `filters` are the attributes its subscription has."""

    queue_url: str
    subscription_arn: str
    filters: dict[str, str]


class MailBridge:
    """Keeps the queues in step with the subscriptions, and mails what arrives in them."""

    def __init__(
        self,
        clients: Callable[[str], Any],
        state: Path,
        deliver: Callable[[Notification], None],
    ) -> None:
        """`clients`: boto3 clients of the upstream; `state` tells apart accounts that share it."""
        self._clients = clients
        self._account = str(state)
        self._deliver = deliver
        self._bridges: dict[Subscriber, _Bridge] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mail-bridge", daemon=True)
        self.problem: str | None = None
        """Why the upstream's mails cannot be fetched now; None when they are."""

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(POLL_SECONDS):
            self._guarded(self._look)

    def _look(self) -> None:
        try:
            self._sync()
        finally:
            # One subscription that cannot be served must not hold up the others' mails.
            self._fetch()

    def sync(self) -> None:
        """Gives every e-mail subscription its queue, and takes the queues of those that ended."""
        self._guarded(self._sync)

    def _guarded(self, work: Callable[[], None]) -> None:
        with self._lock:
            try:
                work()
            except (BotoCoreError, ClientError) as problem:
                if str(problem) != self.problem:
                    logger.error("mails of the upstream cannot be fetched: %s", problem)
                self.problem = str(problem)
            else:
                self.problem = None

    def _sync(self) -> None:
        sns = self._clients("sns")
        wanted = dict(_subscribers(sns))

        def keep(subscriber: Subscriber) -> None:
            filters, bridge = wanted[subscriber], self._bridges.get(subscriber)
            if bridge is None:
                self._bridges[subscriber] = self._open(sns, subscriber, filters)
            elif bridge.filters != filters:
                _set_filters(sns, bridge.subscription_arn, filters)
                bridge.filters = filters

        def end(subscriber: Subscriber) -> None:
            bridge = self._bridges.pop(subscriber)
            sns.unsubscribe(SubscriptionArn=bridge.subscription_arn)
            self._clients("sqs").delete_queue(QueueUrl=bridge.queue_url)

        self._for_each(wanted, keep)
        self._for_each(self._bridges.keys() - wanted.keys(), end)

    def _for_each(
        self, subscribers: Iterable[Subscriber], work: Callable[[Subscriber], None]
    ) -> None:
        """Does the work for all of them, and then raises the first refusal, if there was one.

        What is refused may be gone: an upstream that was started anew has no queues. So it is
        opened again at the next look, which finds what is still there.
        """
        refusals = []
        for subscriber in list(subscribers):
            try:
                work(subscriber)
            except ClientError as problem:
                self._bridges.pop(subscriber, None)
                refusals.append(problem)
        if refusals:
            raise refusals[0]

    def _open(self, sns: Any, subscriber: Subscriber, filters: dict[str, str]) -> _Bridge:
        sqs = self._clients("sqs")
        parts = (self._account, subscriber.topic_arn, subscriber.protocol, subscriber.address)
        digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:20]
        url = sqs.create_queue(QueueName=f"{QUEUE_PREFIX}{digest}")["QueueUrl"]
        answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        target = {
            "TopicArn": subscriber.topic_arn,
            "Protocol": "sqs",
            "Endpoint": answer["Attributes"]["QueueArn"],
            "ReturnSubscriptionArn": True,
        }
        try:
            arn = sns.subscribe(Attributes=filters, **target)["SubscriptionArn"]
        except sns.exceptions.InvalidParameterException:
            # It is there already, from before the filter changed.
            arn = sns.subscribe(**target)["SubscriptionArn"]
        if _filters(sns, arn) != filters:
            _set_filters(sns, arn, filters)
        return _Bridge(url, arn, filters)

    def _fetch(self) -> None:
        self._for_each(self._bridges, self._fetch_for)

    def _fetch_for(self, subscriber: Subscriber) -> None:
        sqs, url = self._clients("sqs"), self._bridges[subscriber].queue_url
        while True:
            answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=_MAX_MESSAGES)
            received = answer.get("Messages", [])
            for message in received:
                try:
                    self._deliver(_notification(subscriber, message["Body"]))
                except (ValueError, KeyError, TypeError):
                    logger.error("no notification of SNS, dropped: %r", message["Body"][:200])
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            if len(received) < _MAX_MESSAGES:
                return


def _subscribers(sns: Any) -> Iterator[tuple[Subscriber, dict[str, str]]]:
    """The upstream's e-mail subscriptions with their filter policies."""
    topics = {
        one["TopicArn"]
        for page in sns.get_paginator("list_subscriptions").paginate()
        for one in page["Subscriptions"]
        if one["Protocol"] in EMAIL_PROTOCOLS
    }
    for topic in sorted(topics):
        pages = sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
        for one in (one for page in pages for one in page["Subscriptions"]):
            if one["Protocol"] in EMAIL_PROTOCOLS:
                found = Subscriber(topic, one["Protocol"], one["Endpoint"])
                yield found, _filters(sns, one["SubscriptionArn"])


def _filters(sns: Any, subscription_arn: str) -> dict[str, str]:
    """No filter where the upstream does not name a subscription that waits for confirmation."""
    if not subscription_arn.startswith("arn:"):
        return _NO_FILTER
    answer = sns.get_subscription_attributes(SubscriptionArn=subscription_arn)
    attributes: Mapping[str, str] = answer["Attributes"]
    return {name: attributes.get(name) or default for name, default in _NO_FILTER.items()}


def _set_filters(sns: Any, subscription_arn: str, filters: Mapping[str, str]) -> None:
    for name, value in filters.items():
        sns.set_subscription_attributes(
            SubscriptionArn=subscription_arn, AttributeName=name, AttributeValue=value
        )


def _notification(subscriber: Subscriber, envelope: str) -> Notification:
    fields = json.loads(envelope)
    return Notification(
        topic_arn=subscriber.topic_arn,
        subscription_arn=f"{subscriber.topic_arn}:{subscriber.address}",
        address=subscriber.address,
        subject=given_subject(fields.get("Subject") or ""),
        body=fields["Message"] if subscriber.protocol == "email" else envelope,
    )
