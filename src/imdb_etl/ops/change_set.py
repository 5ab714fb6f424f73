"""What a deployment would change, as CloudFormation's change set tells it; nothing is executed."""

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imdb_etl.ops.progress import Progress
from imdb_etl.ops.stack import StackError, describe, stack_request

POLL_SECONDS = 1.0
# CloudFormation's reasons for a change set that failed because there is nothing to change.
_NO_CHANGES = ("didn't contain changes", "No updates are to be performed")
_EMPTY = "REVIEW_IN_PROGRESS"


@dataclass(frozen=True)
class Change:
    """One resource: `action` is Add, Modify, Remove, Import or Dynamic.

    `replacement` is True, False or Conditional for Modify, else empty.
    """

    action: str
    logical_id: str
    type: str
    replacement: str


def changes(
    client: Any, name: str, template: Path, parameters: Mapping[str, str], progress: Progress
) -> tuple[Change, ...]:
    """The changes of a deployment (`client`: cloudformation).

    A change set is created, read and deleted again, and so is the empty stack that CloudFormation
    makes to hold it where there is no stack yet. StackError: it could not be created.
    """
    existing = describe(client, name)
    is_new = existing is None or existing["StackStatus"] == _EMPTY
    created = client.create_change_set(
        **stack_request(name, template, parameters),
        ChangeSetName=f"dry-run-{uuid.uuid4().hex[:12]}",
        ChangeSetType="CREATE" if is_new else "UPDATE",
    )
    try:
        with progress.step(f"change set of the stack {name}"):
            return _read(client, created["Id"])
    finally:
        client.delete_change_set(ChangeSetName=created["Id"])
        if existing is None:
            _delete_empty(client, name, created["StackId"])


def _read(client: Any, change_set: str) -> tuple[Change, ...]:
    found: list[Change] = []
    token: dict[str, str] = {}
    while True:
        answer = client.describe_change_set(ChangeSetName=change_set, **token)
        if answer["Status"] in ("CREATE_PENDING", "CREATE_IN_PROGRESS"):
            time.sleep(POLL_SECONDS)
            continue
        if answer["Status"] != "CREATE_COMPLETE":
            reason = answer.get("StatusReason", "")
            if any(text in reason for text in _NO_CHANGES):
                return ()
            raise StackError(f"the change set ended as {answer['Status']}: {reason}")
        found += [_change(entry["ResourceChange"]) for entry in answer.get("Changes", ())]
        if "NextToken" not in answer:
            return tuple(found)
        token = {"NextToken": answer["NextToken"]}


def _change(found: dict[str, Any]) -> Change:
    return Change(
        found["Action"],
        found["LogicalResourceId"],
        found["ResourceType"],
        found.get("Replacement", "") if found["Action"] == "Modify" else "",
    )


def _delete_empty(client: Any, name: str, stack_id: str) -> None:
    stack = describe(client, name)
    # Somebody may have deployed in the meantime: only the stack that holds nothing goes.
    if stack is not None and stack["StackId"] == stack_id and stack["StackStatus"] == _EMPTY:
        client.delete_stack(StackName=stack_id)
