"""What tests of the account share: a queue that hears every event of AWS Glue."""

import json
import time
import uuid

import pytest


@pytest.fixture
def glue_events(local_account):
    """`glue_events(test)` waits for the first event since the test began for which `test` holds."""
    sqs, events = local_account.client("sqs"), local_account.client("events")
    name = f"events-{uuid.uuid4().hex[:8]}"
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    events.put_rule(Name=name, EventPattern=json.dumps({"source": ["aws.glue"]}))
    target = {"Id": "queue", "Arn": answer["Attributes"]["QueueArn"]}
    events.put_targets(Rule=name, Targets=[target])
    heard = []

    def wait_for(test, seconds=10.0):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if found := [event for event in heard if test(event)]:
                return found[0]
            received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
            heard.extend(json.loads(one["Body"]) for one in received.get("Messages", ()))
            time.sleep(0.05)
        raise AssertionError(f"no such event within {seconds} s; heard: {heard}")

    yield wait_for
    events.remove_targets(Rule=name, Ids=["queue"])
    events.delete_rule(Name=name)
    sqs.delete_queue(QueueUrl=url)
