"""The one place that reaches into MiniStack, whose services our endpoint serves.

MiniStack answers S3, SNS, SQS, EventBridge, IAM, Secrets Manager, CloudWatch, CloudFormation and
the Glue catalog. Three things have no public door there, so they are done here, against the one
version that pyproject.toml pins: events from `aws.*` sources, e-mail subscriptions (a stub in
MiniStack), and its settings, which it reads from the environment while it is imported.
"""

import json
import os
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from gluelocal.account import LOOPBACK, Account
from gluelocal.errors import GluelocalError

VERSION = "1.5.33"

AsgiApp = Callable[[MutableMapping[str, Any], Any, Any], Any]


@dataclass(frozen=True)
class Notification:
    """One SNS message on its way to one e-mail subscriber."""

    topic_arn: str
    subscription_arn: str
    address: str
    subject: str
    """Empty where the publisher gave none."""
    body: str


def load(account: Account) -> AsgiApp:
    """MiniStack's ASGI application, set up for this account; once in a process.

    Raises GluelocalError when another version than the pinned one is installed.
    """
    installed = version("ministack")
    if installed != VERSION:
        raise GluelocalError(
            f"gluelocal works with ministack {VERSION}, and {installed} is installed. "
            f"Run: pip install 'ministack=={VERSION}'"
        )
    os.environ.update(_environment(account))
    from ministack.app import app

    application: AsgiApp = app
    return application


def _environment(account: Account) -> dict[str, str]:
    return {
        "BIND_HOST": LOOPBACK,
        "MINISTACK_HOST": LOOPBACK,
        "GATEWAY_PORT": str(account.settings.port),
        "MINISTACK_REGION": account.settings.region,
        "MINISTACK_ACCOUNT_ID": account.settings.account_id,
        "PERSIST_STATE": "1",
        "STATE_DIR": str(account.state / "aws"),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(account.state / "s3"),
        # Listeners that a Glue account does not have; both would open ports of their own.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
    }


def put_service_event(account: Account, event: Mapping[str, Any]) -> None:
    """Puts an event of an AWS service on the default bus, from where rules send it to targets.

    `event` has the envelope's `source`, `detail-type`, `detail` and `resources`; PutEvents refuses
    `aws.*` sources, as AWS does, hence the inner door. Raises GluelocalError when it is refused.
    """
    from ministack.core.responses import request_scope
    from ministack.services import eventbridge

    entry = {
        "Source": event["source"],
        "DetailType": event["detail-type"],
        "Detail": json.dumps(event["detail"]),
        "Resources": list(event.get("resources", ())),
    }
    with request_scope(account.settings.account_id, account.settings.region):
        _, _, body = eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)
    answer = json.loads(body)
    if answer.get("FailedEntryCount") != 0:
        raise GluelocalError(f"EventBridge refused the event {event['detail-type']!r}: {answer}")


def on_email(deliver: Callable[[Notification], None]) -> None:
    """Hands every SNS message for a confirmed e-mail subscriber to `deliver`.

    Filter policies and per-protocol messages are MiniStack's own, as for its other protocols.
    """
    from ministack.services import sns

    fan_out = sns._fanout

    def fan_out_with_mail(
        topic_arn: str,
        msg_id: str,
        message: str,
        subject: str,
        message_structure: str = "",
        message_attributes: dict[str, Any] | None = None,
        **more: Any,
    ) -> None:
        fan_out(topic_arn, msg_id, message, subject, message_structure, message_attributes, **more)
        topic = sns._topic_by_arn_any_scope(topic_arn)
        for subscription in topic["subscriptions"] if topic else ():
            protocol = subscription.get("protocol", "")
            if protocol not in ("email", "email-json") or not subscription.get("confirmed"):
                continue
            body = sns._resolve_message_for_protocol(message, message_structure, protocol)
            if not sns._matches_filter_policy(subscription, message_attributes or {}, body):
                continue
            if protocol == "email-json":
                body = sns._build_envelope(
                    topic_arn, msg_id, body, subject, message_attributes or {}, False
                )
            # EventBridge gives no subject; MiniStack fills in one of its own.
            given = "" if subject == "EventBridge Notification" else subject
            deliver(
                Notification(
                    topic_arn, subscription["arn"], subscription["endpoint"], given or "", body
                )
            )

    sns._fanout = fan_out_with_mail
