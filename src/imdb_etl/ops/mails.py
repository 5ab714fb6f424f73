"""The mails that a local account has delivered for one run."""

import mailbox
import time
from email.header import decode_header, make_header
from pathlib import Path

POLL_SECONDS = 0.2


def wait_for_mails(folder: Path, run_id: str, expected: int, seconds: float) -> list[str]:
    """The first lines of the mails that name the run, oldest first; waits until `expected` came.

    A mail's own subject is the same for every notification that EventBridge sends, so the line
    is the subject with the message's first line.
    """
    deadline = time.monotonic() + seconds
    while True:
        found = _mails(folder, run_id)
        if len(found) >= expected or time.monotonic() > deadline:
            return found
        time.sleep(POLL_SECONDS)


def _mails(folder: Path, run_id: str) -> list[str]:
    if not folder.is_dir():
        return []
    found = []
    box = mailbox.Maildir(folder, create=False)
    for key in sorted(box.keys()):
        message = box[key]
        payload = message.get_payload(decode=True)
        body = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
        if run_id in body:
            subject = str(make_header(decode_header(message.get("Subject", ""))))
            first = body.splitlines()[0].strip('"')
            found.append(f"{subject}: {first}")
    return found
