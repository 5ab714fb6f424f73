"""The one place that reaches into MiniStack, whose services our endpoint serves.

MiniStack answers S3, SNS, SQS, EventBridge, IAM, Secrets Manager, CloudWatch, CloudFormation and
the Glue catalog. Four things have no public door there, so they are done here, against the one
version that pyproject.toml pins: events from `aws.*` sources, e-mail subscriptions (a stub in
MiniStack), resources of a stack that are made elsewhere, and its settings, which it reads from the
environment while it is imported.
"""

import json
import os
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Protocol

from gluelocal.account import LOOPBACK, Account
from gluelocal.errors import GluelocalError

VERSION = "1.5.33"

AsgiApp = Callable[[MutableMapping[str, Any], Any, Any], Any]

EMAIL_PROTOCOLS = ("email", "email-json")


@dataclass(frozen=True)
class Notification:
    """One SNS message on its way to one e-mail subscriber."""

    topic_arn: str
    subscription_arn: str
    address: str
    subject: str
    """Empty where the publisher gave none."""
    body: str


@dataclass(frozen=True)
class StackResource:
    """One resource of a stack, its properties resolved."""

    stack_name: str
    logical_id: str
    type: str
    properties: Mapping[str, Any]
    attributes: frozenset[str]
    """The attributes that the template asks for by Fn::GetAtt."""


class ResourceMaker(Protocol):
    """Makes resources of stacks outside of MiniStack; what it raises fails the stack."""

    def create(self, resource: StackResource) -> tuple[str, dict[str, str]]:
        """(what Ref gives, the attributes asked for)"""

    def update(self, resource: StackResource) -> tuple[str, dict[str, str]]:
        """As `create`, of a resource that is there."""

    def delete(self, resource: StackResource, physical_id: str) -> None:
        """Deletes what `Ref` gave as `physical_id`; nothing when it is not there any more."""


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
            if protocol not in EMAIL_PROTOCOLS or not subscription.get("confirmed"):
                continue
            body = sns._resolve_message_for_protocol(message, message_structure, protocol)
            if not sns._matches_filter_policy(subscription, message_attributes or {}, body):
                continue
            if protocol == "email-json":
                body = sns._build_envelope(
                    topic_arn, msg_id, body, subject, message_attributes or {}, False
                )
            given = given_subject(subject)
            deliver(
                Notification(topic_arn, subscription["arn"], subscription["endpoint"], given, body)
            )

    sns._fanout = fan_out_with_mail


def given_subject(subject: str) -> str:
    """A message's subject; EventBridge gives none, and MiniStack fills in one of its own."""
    return "" if subject == "EventBridge Notification" else subject or ""


def make_resources_by(maker: ResourceMaker) -> None:
    """Has every resource of a stack that is not Glue's or CloudFormation's made by `maker`."""
    from ministack.services.cloudformation import _stacks, engine, provisioners, stacks

    provision, change = provisioners._provision_resource, provisioners._update_resource
    remove, threaded = provisioners._delete_resource, stacks._runs_on_worker_thread

    def described(
        type_: str, logical_id: str, properties: Mapping[str, Any], stack_name: str
    ) -> StackResource:
        template = (_stacks.get(stack_name) or {}).get("_template") or {}
        asked = {
            attribute
            for name, attribute in engine._intrinsic_references(template)
            if name == logical_id and attribute
        }
        return StackResource(stack_name, logical_id, type_, properties, frozenset(asked))

    def create(type_: str, logical_id: str, properties: dict[str, Any], stack_name: str) -> Any:
        if not _is_made_elsewhere(type_):
            return provision(type_, logical_id, properties, stack_name)
        return maker.create(described(type_, logical_id, properties, stack_name))

    def update(
        type_: str,
        physical_id: str,
        old: dict[str, Any],
        new: dict[str, Any],
        stack_name: str,
        logical_id: str = "",
        attributes: dict[str, Any] | None = None,
    ) -> Any:
        if not _is_made_elsewhere(type_):
            return change(type_, physical_id, old, new, stack_name, logical_id, attributes)
        resource = described(type_, logical_id, new, stack_name)
        known = attributes or {}
        if old == new and resource.attributes <= known.keys():
            return physical_id, known
        return maker.update(resource)

    def delete(
        type_: str,
        physical_id: str,
        properties: dict[str, Any],
        stack_name: str = "",
        logical_id: str = "",
    ) -> None:
        if not _is_made_elsewhere(type_):
            remove(type_, physical_id, properties, stack_name, logical_id)
            return
        maker.delete(described(type_, logical_id, properties, stack_name), physical_id)

    for module in (provisioners, stacks):
        module._provision_resource = create
        module._update_resource = update
        module._delete_resource = delete
    # A maker may take seconds, and the endpoint answers on this same loop.
    stacks._runs_on_worker_thread = lambda type_: _is_made_elsewhere(type_) or threaded(type_)


def _is_made_elsewhere(type_: str) -> bool:
    return not type_.startswith(("AWS::Glue::", "AWS::CloudFormation::", "Custom::"))
