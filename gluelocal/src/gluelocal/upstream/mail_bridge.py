"""Mails for the e-mail subscribers of the upstream's topics.

The upstream has the topics and sends no mail. So each of its e-mail subscriptions gets a queue
there, subscribed to the same topic with the same filter policy; what arrives in it is mailed. The
upstream is asked once a second, so subscriptions that a stack or another program made count too.
"""

import hashlib
import json
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from gluelocal.ministack import EMAIL_PROTOCOLS, Notification, given_subject

logger = logging.getLogger(__name__)

QUEUE_PREFIX = "gluelocal-mail-"
POLL_SECONDS = 1.0
_FILTERS = ("FilterPolicy", "FilterPolicyScope")
_MAX_MESSAGES = 10


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
    filters: dict[str, str] = field(default_factory=dict)


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
            self.sync()
            self._guarded(self._fetch)

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
        for subscriber, filters in wanted.items():
            bridge = self._bridges.get(subscriber)
            if bridge is None:
                self._bridges[subscriber] = self._open(sns, subscriber, filters)
            elif bridge.filters != filters:
                for name in _FILTERS:
                    sns.set_subscription_attributes(
                        SubscriptionArn=bridge.subscription_arn,
                        AttributeName=name,
                        AttributeValue=filters.get(name, ""),
                    )
                bridge.filters = filters
        for subscriber in self._bridges.keys() - wanted.keys():
            bridge = self._bridges[subscriber]
            sns.unsubscribe(SubscriptionArn=bridge.subscription_arn)
            self._clients("sqs").delete_queue(QueueUrl=bridge.queue_url)
            del self._bridges[subscriber]

    def _open(self, sns: Any, subscriber: Subscriber, filters: dict[str, str]) -> _Bridge:
        sqs = self._clients("sqs")
        parts = (self._account, subscriber.topic_arn, subscriber.protocol, subscriber.address)
        digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:20]
        url = sqs.create_queue(QueueName=f"{QUEUE_PREFIX}{digest}")["QueueUrl"]
        answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        made = sns.subscribe(
            TopicArn=subscriber.topic_arn,
            Protocol="sqs",
            Endpoint=answer["Attributes"]["QueueArn"],
            Attributes=filters,
            ReturnSubscriptionArn=True,
        )
        return _Bridge(url, made["SubscriptionArn"], filters)

    def _fetch(self) -> None:
        sqs = self._clients("sqs")
        for subscriber, bridge in self._bridges.items():
            while True:
                received = sqs.receive_message(
                    QueueUrl=bridge.queue_url, MaxNumberOfMessages=_MAX_MESSAGES
                ).get("Messages", [])
                for message in received:
                    self._deliver(_notification(subscriber, message["Body"]))
                    sqs.delete_message(
                        QueueUrl=bridge.queue_url, ReceiptHandle=message["ReceiptHandle"]
                    )
                if len(received) < _MAX_MESSAGES:
                    break


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
    """Empty where the upstream does not name a subscription that waits for its confirmation."""
    if not subscription_arn.startswith("arn:"):
        return {}
    answer = sns.get_subscription_attributes(SubscriptionArn=subscription_arn)
    attributes: Mapping[str, str] = answer["Attributes"]
    if not attributes.get("FilterPolicy"):
        return {}
    return {name: attributes[name] for name in _FILTERS if attributes.get(name)}


def _notification(subscriber: Subscriber, envelope: str) -> Notification:
    fields = json.loads(envelope)
    return Notification(
        topic_arn=subscriber.topic_arn,
        subscription_arn=f"{subscriber.topic_arn}:{subscriber.address}",
        address=subscriber.address,
        subject=given_subject(fields.get("Subject") or ""),
        body=fields["Message"] if subscriber.protocol == "email" else envelope,
    )
