"""Lines into CloudWatch Logs, where crawlers and job runs leave theirs."""

import time
from collections.abc import Iterator
from typing import Any

# PutLogEvents takes so much at once (CloudWatch Logs API reference); an event counts 26 bytes more.
MAX_BATCH_EVENTS = 10_000
MAX_BATCH_BYTES = 1_048_576
EVENT_OVERHEAD = 26
MAX_LINE_CHARACTERS = 60_000
"""Longer lines are cut: an event holds 256 KB, and a character takes four bytes at most."""


def put_lines(client: Any, group: str, stream: str, lines: list[str]) -> None:
    """Puts lines into a log stream, which is made when it is not there."""
    for make, names in (
        (client.create_log_group, {"logGroupName": group}),
        (client.create_log_stream, {"logGroupName": group, "logStreamName": stream}),
    ):
        try:
            make(**names)
        except client.exceptions.ResourceAlreadyExistsException:
            continue
    now = int(time.time() * 1000)
    for batch in batches(lines):
        events = [{"timestamp": now, "message": line} for line in batch]
        client.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)


def batches(lines: list[str]) -> Iterator[list[str]]:
    """The lines that are not blank, in batches that one PutLogEvents takes."""
    batch: list[str] = []
    size = 0
    for line in lines:
        if not line.strip():
            continue
        shown = line[:MAX_LINE_CHARACTERS]
        cost = len(shown.encode()) + EVENT_OVERHEAD
        if batch and (size + cost > MAX_BATCH_BYTES or len(batch) == MAX_BATCH_EVENTS):
            yield batch
            batch, size = [], 0
        batch.append(shown)
        size += cost
    if batch:
        yield batch
