import json
import time
import uuid

import pytest

from gluelocal.mail import MailServer, compose, read_mails
from gluelocal.ministack import Notification

TOPIC = "arn:aws:sns:eu-west-1:000000000000:films"


def notification(subject="", body="a body", address="anna@example.com"):
    return Notification(TOPIC, f"{TOPIC}:1234", address, subject, body)


def test_a_mail_has_the_shape_of_an_sns_mail():
    mail = compose(notification(body="eins\nzwei, ü"))
    assert mail["From"] == "AWS Notifications <no-reply@sns.amazonaws.com>"
    assert mail["To"] == "anna@example.com"
    assert mail["Subject"] == "AWS Notification Message"
    text = mail.get_content()
    assert text.startswith("eins\nzwei, ü\n\n--\n")
    assert "https://sns.eu-west-1.amazonaws.com/unsubscribe.html?SubscriptionArn=" in text


def test_a_given_subject_is_kept_on_one_line():
    assert compose(notification("run\nended"))["Subject"] == "run ended"


def test_mails_are_numbered_by_arrival(tmp_path):
    server = MailServer(tmp_path / "mail")
    server.start()
    try:
        for body in ("first", "second", "third"):
            server.deliver(notification(body=body))
    finally:
        server.stop()
    mails = read_mails(tmp_path / "mail")
    assert [(mail.number, mail.body.split("\n")[0]) for mail in mails] == [
        (1, "first"),
        (2, "second"),
        (3, "third"),
    ]
    assert server.failures == []


def test_a_mail_that_cannot_be_sent_is_kept_as_a_failure_and_raises_nothing(tmp_path, caplog):
    server = MailServer(tmp_path / "mail")
    server.deliver(notification())
    assert server.failures == ["anna@example.com: The mail server is not running."]
    assert "was not delivered" in caplog.text


@pytest.mark.parametrize("protocol", ["email", "email-json"])
def test_publishing_to_a_topic_mails_its_subscribers(local_account, protocol):
    sns = local_account.client("sns")
    topic = sns.create_topic(Name=f"t-{uuid.uuid4().hex[:8]}")["TopicArn"]
    address = f"{uuid.uuid4().hex[:8]}@example.com"
    sns.subscribe(TopicArn=topic, Protocol=protocol, Endpoint=address)
    sns.publish(TopicArn=topic, Subject="Films", Message="249 rows rejected")
    mail = next(mail for mail in wait_for_mails(local_account, address, 1))
    assert mail.subject == "Films"
    body = mail.body.split("\n\n--\n")[0]
    if protocol == "email":
        assert body == "249 rows rejected"
    else:
        assert json.loads(body.replace("\n", ""))["Message"] == "249 rows rejected"


def test_a_filter_policy_keeps_a_mail_back(local_account):
    sns = local_account.client("sns")
    topic = sns.create_topic(Name=f"t-{uuid.uuid4().hex[:8]}")["TopicArn"]
    address = f"{uuid.uuid4().hex[:8]}@example.com"
    sns.subscribe(
        TopicArn=topic,
        Protocol="email",
        Endpoint=address,
        Attributes={"FilterPolicy": json.dumps({"state": ["FAILED"]})},
    )
    for state in ("SUCCEEDED", "FAILED"):
        attribute = {"DataType": "String", "StringValue": state}
        sns.publish(TopicArn=topic, Message=state, MessageAttributes={"state": attribute})
    mails = wait_for_mails(local_account, address, 1)
    assert [mail.body.split("\n")[0] for mail in mails] == ["FAILED"]


def wait_for_mails(account, address, count, seconds=10.0):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = [mail for mail in account.mails() if mail.to == address]
        if len(found) >= count:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{count} mails to {address} did not arrive within {seconds} s")
