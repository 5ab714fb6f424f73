"""Mail to SNS subscribers: composed as SNS does, sent by SMTP, kept in a Maildir.

The shape of a mail is what a subscriber of a real topic sees (docs/parity.md): sender
`AWS Notifications <no-reply@sns.amazonaws.com>`, the message, a `--` line, how to unsubscribe.
"""

import asyncio
import logging
import mailbox
import smtplib
import threading
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default as default_policy
from email.utils import format_datetime, localtime, make_msgid
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from aiosmtpd.smtp import SMTP, Envelope, Session

from gluelocal.account import LOOPBACK
from gluelocal.errors import GluelocalError, UsageError
from gluelocal.ministack import Notification

logger = logging.getLogger(__name__)

SENDER = Address("AWS Notifications", "no-reply", "sns.amazonaws.com")
DEFAULT_SUBJECT = "AWS Notification Message"


class MailError(GluelocalError):
    """A mail could not be handed over; who it was for, and why."""


def compose(notification: Notification) -> EmailMessage:
    """The mail that a subscriber gets for one SNS message."""
    message = EmailMessage()
    message["From"] = SENDER
    message["To"] = notification.address
    message["Subject"] = " ".join(notification.subject.split()) or DEFAULT_SUBJECT
    message["Date"] = format_datetime(localtime())
    message["Message-ID"] = make_msgid(domain="sns.gluelocal")
    region = notification.topic_arn.split(":")[3]
    link = f"https://sns.{region}.amazonaws.com/unsubscribe.html?" + urlencode(
        {"SubscriptionArn": notification.subscription_arn, "Endpoint": notification.address}
    )
    message.set_content(
        f"{notification.body}\n\n--\n"
        "You get this message because this address is subscribed to the topic "
        f"{notification.topic_arn}. To end the subscription, open:\n{link}\n"
        "This is an automatic message; nobody reads answers to it.\n"
    )
    return message


class MailServer:
    """An SMTP server on loopback that puts what it takes into a Maildir."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # A loop and thread of its own: a publisher may wait for its mail on the endpoint's loop.
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="smtp", daemon=True)
        self._server: asyncio.Server | None = None
        self.failures: list[str] = []
        """Mails that could not be delivered, newest last; `gluelocal status` shows them."""

    def start(self) -> None:
        open_mailbox(self._folder, create=True)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()

    async def _listen(self) -> asyncio.Server:
        def connection() -> SMTP:
            return SMTP(_Handler(self._folder), hostname=LOOPBACK, loop=self._loop)

        return await self._loop.create_server(connection, LOOPBACK, 0)

    def stop(self) -> None:
        if self._server is None:
            return
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._server = None

    @property
    def port(self) -> int:
        if self._server is None:
            raise MailError("The mail server is not running.")
        return int(self._server.sockets[0].getsockname()[1])

    def deliver(self, notification: Notification) -> None:
        """Sends one mail. A failure is logged and kept: the publisher must not fail by it."""
        try:
            with smtplib.SMTP(LOOPBACK, self.port, timeout=30) as smtp:
                smtp.send_message(compose(notification))
        except (OSError, smtplib.SMTPException, ValueError, MailError) as problem:
            self.failures.append(f"{notification.address}: {problem}")
            logger.error("mail to %s was not delivered: %s", notification.address, problem)


class _Handler:
    """aiosmtpd calls this for each message."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content
        if not isinstance(content, bytes):
            return "554 5.6.0 expected bytes"
        open_mailbox(self._folder, create=True).add(content)
        return "250 2.0.0 kept in the mailbox"


@dataclass(frozen=True)
class Mail:
    """One mail of the mailbox; `number` counts from 1, oldest first."""

    number: int
    date: str
    sender: str
    to: str
    subject: str
    body: str

    def as_json(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "date": self.date,
            "from": self.sender,
            "to": self.to,
            "subject": self.subject,
            "body": self.body,
        }


def open_mailbox(folder: Path, create: bool = False) -> "mailbox.Maildir":
    """The Maildir of an account; UsageError when there is none."""
    try:
        return mailbox.Maildir(folder, create=create)
    except mailbox.NoSuchMailboxError as problem:
        raise UsageError(
            f"There is no mailbox in {folder}. It is made when the account starts: `gluelocal up`."
        ) from problem


def read_mails(folder: Path) -> list[Mail]:
    """Every mail of the mailbox, oldest first."""
    box = open_mailbox(folder)
    # A Maildir key starts with the time of delivery and a running number, so it sorts by age.
    keys = sorted(box.keys(), key=_delivery_order)
    return [_read(number, box.get_bytes(key)) for number, key in enumerate(keys, start=1)]


def _delivery_order(key: str) -> tuple[int, int, int]:
    # "<seconds>.M<microseconds>P<pid>Q<count>.<host>"
    seconds, rest = key.split(".", 2)[:2]
    micros, _, tail = rest.removeprefix("M").partition("P")
    return int(seconds), int(micros), int(tail.partition("Q")[2] or 0)


def _read(number: int, raw: bytes) -> Mail:
    message = BytesParser(policy=default_policy).parsebytes(raw)
    content = message.get_body(("plain",))
    return Mail(
        number=number,
        date=str(message["Date"]),
        sender=str(message["From"]),
        to=str(message["To"]),
        subject=str(message["Subject"]),
        body=content.get_content().replace("\r\n", "\n").rstrip("\n") if content else "",
    )
