"""A run's mails in a Maildir."""

import mailbox
from email.message import EmailMessage

from imdb_etl.ops.mails import wait_for_mails


def deliver(folder, body, subject="AWS Notification Message"):
    message = EmailMessage()
    message["Subject"] = subject
    message.set_content(body)
    mailbox.Maildir(folder, create=True).add(message)


def test_only_the_run_s_own_mails_are_told_with_their_first_line(tmp_path):
    box = tmp_path / "mail"
    deliver(box, '"Glue job imdb-etl: SUCCEEDED"\n"Run: jr_1"\n')
    deliver(box, '"Glue job imdb-etl: FAILED"\n"Run: jr_2"\n')
    deliver(box, "Größe: jr_1\n", subject="Größe")
    found = wait_for_mails(box, "jr_1", 2, seconds=0)
    assert sorted(found) == [
        "AWS Notification Message: Glue job imdb-etl: SUCCEEDED",
        "Größe: Größe: jr_1",
    ]


def test_no_mailbox_and_no_mail_are_an_empty_answer_after_the_wait(tmp_path):
    assert wait_for_mails(tmp_path / "none", "jr_1", 1, seconds=0) == []
