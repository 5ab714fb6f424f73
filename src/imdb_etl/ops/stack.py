"""The CloudFormation stack: created, updated, or left as it is."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from imdb_etl.errors import ImdbEtlError
from imdb_etl.ops.progress import Progress

POLL_SECONDS = 0.5
# A local stack is there in a second; one on AWS takes minutes, and requests have a rate there.
_LONGEST_POLL_SECONDS = 5.0
_NO_CHANGE = "No updates are to be performed"
_NEVER_CREATED = ("ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS")


class StackError(ImdbEtlError):
    """The stack is missing or could not be brought to the template's state."""


def deploy_stack(
    client: Any, name: str, template: Path, parameters: Mapping[str, str], progress: Progress
) -> dict[str, str]:
    """Creates or updates the stack, waits, and returns its outputs (`client`: cloudformation)."""
    request = stack_request(name, template, parameters)
    existing = describe(client, name)
    if existing is not None and existing["StackStatus"] in _NEVER_CREATED:
        raise StackError(
            f"the stack {name} was never created ({existing['StackStatus']}) and can only be "
            f"deleted: aws cloudformation delete-stack --stack-name {name}; then deploy again"
        )
    with progress.step(f"stack {name}"):
        if existing is None:
            client.create_stack(**request)
        else:
            try:
                client.update_stack(**request)
            except ClientError as problem:
                if _NO_CHANGE not in str(problem):
                    raise
        return outputs(_wait(client, name, progress))


def stack_request(name: str, template: Path, parameters: Mapping[str, str]) -> dict[str, Any]:
    """The arguments that CreateStack, UpdateStack and CreateChangeSet share."""
    return {
        "StackName": name,
        "TemplateBody": template.read_text(),
        "Parameters": [
            {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()
        ],
        "Capabilities": ["CAPABILITY_IAM"],
    }


def describe(client: Any, name: str) -> dict[str, Any] | None:
    """The stack's description, or None when there is no such stack."""
    try:
        (stack,) = client.describe_stacks(StackName=name)["Stacks"]
    except ClientError as problem:
        if "does not exist" in str(problem):
            return None
        raise
    return None if stack["StackStatus"] == "DELETE_COMPLETE" else dict(stack)


def require_outputs(client: Any, name: str, environment: str) -> dict[str, str]:
    """The outputs of a stack that is there; StackError says how to make it."""
    stack = describe(client, name)
    if stack is None or not stack.get("Outputs"):
        raise StackError(
            f"there is no stack {name} yet; make it with `imdb-etl deploy --env {environment}`"
        )
    return outputs(stack)


def outputs(stack: Mapping[str, Any]) -> dict[str, str]:
    """A stack's outputs by key."""
    return {entry["OutputKey"]: entry["OutputValue"] for entry in stack.get("Outputs", [])}


def _wait(client: Any, name: str, progress: Progress) -> dict[str, Any]:
    pause = POLL_SECONDS
    while True:
        stack = describe(client, name)
        if stack is None:
            raise StackError(f"the stack {name} has disappeared while it was deployed")
        status = stack["StackStatus"]
        # UPDATE_COMPLETE_CLEANUP_IN_PROGRESS too: only the old resources are still going.
        if not status.endswith("_IN_PROGRESS"):
            break
        progress.update(f"stack {name}: {status}, {_ready(client, name)} resources ready")
        time.sleep(pause)
        pause = min(pause * 1.3, _LONGEST_POLL_SECONDS)
    if status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        raise StackError(f"the stack {name} ended as {status}: {first_failure(client, name)}")
    return stack


def _ready(client: Any, name: str) -> int:
    resources = client.describe_stack_resources(StackName=name)["StackResources"]
    return sum(resource["ResourceStatus"].endswith("_COMPLETE") for resource in resources)


def first_failure(client: Any, name: str, status: str = "_FAILED") -> str:
    """The resource whose `status` (or its end) came first, with the reason (`name`: or an id)."""
    # Newest first; the oldest failure is the cause, the others follow from it.
    events = client.describe_stack_events(StackName=name)["StackEvents"]
    failures = [
        f"{event['LogicalResourceId']}: {event['ResourceStatusReason']}"
        for event in events
        if event["ResourceStatus"].endswith(status) and event.get("ResourceStatusReason")
    ]
    return failures[-1] if failures else "no reason is given"
