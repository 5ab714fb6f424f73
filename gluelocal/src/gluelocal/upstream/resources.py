"""Resources of a stack that live at the upstream.

A template names Glue's resources and others together. The account's CloudFormation makes the stack:
it resolves references and keeps the stack's state. Each resource that is not Glue's is made at the
upstream as a stack of its own, with that one resource and its properties resolved, so that every
type works that the upstream's CloudFormation knows.
"""

import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, WaiterError

from gluelocal.ministack import StackResource
from gluelocal.upstream.address import UpstreamError

_WAITING = {"Delay": 0.25, "MaxAttempts": 1200}
_REF = "Ref"
_OWNER = "Owner"
"""The output by which a stack of ours is known; LocalStack's DescribeStacks has no Description."""


class UpstreamResources:
    """Makes, changes and deletes resources at the upstream (`client`: its CloudFormation)."""

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def create(self, resource: StackResource) -> tuple[str, dict[str, str]]:
        """(what Ref gives, the attributes asked for); UpstreamError with the upstream's reason."""
        return self._change(resource)

    def update(self, resource: StackResource) -> tuple[str, dict[str, str]]:
        """As `create`. What Ref gives is another name when the upstream replaced the resource."""
        return self._change(resource)

    def delete(self, resource: StackResource, physical_id: str) -> None:
        """Deletes the resource, unless its stack has another by now, or is gone."""
        try:
            stack = self._find(resource)
            if stack is None or _outputs(stack).get(_REF) != physical_id:
                return
            name = _name(resource)
            self._client.delete_stack(StackName=name)
            self._await("stack_delete_complete", name)
        except (BotoCoreError, ClientError) as problem:
            raise self._error(resource, str(problem)) from problem

    def _change(self, resource: StackResource) -> tuple[str, dict[str, str]]:
        attributes = sorted(resource.attributes)
        given = {
            "StackName": _name(resource),
            "TemplateBody": json.dumps(_template(resource, attributes)),
            "Capabilities": ["CAPABILITY_NAMED_IAM"],
        }
        try:
            if self._find(resource) is None:
                self._create(resource, given)
            else:
                self._update(given)
            stack = self._find(resource)
        except (BotoCoreError, ClientError) as problem:
            raise self._error(resource, str(problem)) from problem
        outputs = _outputs(stack or {})
        if _REF not in outputs:
            raise self._error(resource, f"its stack has no output {_REF}")
        values = {name: outputs.get(f"Attribute{i}", "") for i, name in enumerate(attributes)}
        return outputs[_REF], values

    def _create(self, resource: StackResource, given: Mapping[str, Any]) -> None:
        name = given["StackName"]
        self._client.create_stack(**given)
        try:
            self._await("stack_create_complete", name)
        except WaiterError as problem:
            reason = self._reason(name) or str(problem)
            # A stack that failed to be created can only be deleted.
            self._client.delete_stack(StackName=name)
            self._await("stack_delete_complete", name)
            raise self._error(resource, reason) from problem

    def _update(self, given: Mapping[str, Any]) -> None:
        try:
            self._client.update_stack(**given)
        except ClientError as problem:
            if "No updates are to be performed" in str(problem):
                return
            raise
        self._await("stack_update_complete", given["StackName"])

    def _await(self, waiter: str, name: str) -> None:
        self._client.get_waiter(waiter).wait(StackName=name, WaiterConfig=_WAITING)

    def _find(self, resource: StackResource) -> Mapping[str, Any] | None:
        """The resource's own stack; UpstreamError when a stack of that name is somebody else's."""
        try:
            (stack,) = self._client.describe_stacks(StackName=_name(resource))["Stacks"]
        except ClientError as problem:
            if "does not exist" in str(problem):
                return None
            raise
        if stack["StackStatus"] == "DELETE_COMPLETE":
            return None
        if _outputs(stack).get(_OWNER) != _owner(resource):
            raise self._error(
                resource, f"there is a stack {_name(resource)} already that gluelocal did not make"
            )
        found: Mapping[str, Any] = stack
        return found

    def _reason(self, name: str) -> str:
        events = self._client.describe_stack_events(StackName=name)["StackEvents"]
        reasons = [
            event["ResourceStatusReason"]
            for event in events
            if event["ResourceStatus"].endswith("FAILED") and event.get("ResourceStatusReason")
        ]
        # Newest first: the first failure is the cause of the others.
        return reasons[-1] if reasons else ""

    def _error(self, resource: StackResource, reason: str) -> UpstreamError:
        return UpstreamError(
            f"{resource.type} {resource.logical_id} at the upstream {self._url}: {reason}"
        )


def _name(resource: StackResource) -> str:
    return f"{resource.stack_name}-{resource.logical_id}"


def _owner(resource: StackResource) -> str:
    return f"gluelocal, for {resource.logical_id} of the stack {resource.stack_name}"


def _template(resource: StackResource, attributes: list[str]) -> dict[str, Any]:
    logical_id = resource.logical_id
    outputs: dict[str, Any] = {
        _OWNER: {"Value": _owner(resource)},
        _REF: {"Value": {"Ref": logical_id}},
    }
    for number, name in enumerate(attributes):
        outputs[f"Attribute{number}"] = {"Value": {"Fn::GetAtt": [logical_id, name]}}
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Resources": {logical_id: {"Type": resource.type, "Properties": dict(resource.properties)}},
        "Outputs": outputs,
    }


def _outputs(stack: Mapping[str, Any]) -> dict[str, str]:
    return {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", ())}
