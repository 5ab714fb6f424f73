"""The account's events on the upstream's default bus, from where its rules send them on."""

import json
from collections.abc import Mapping
from typing import Any

from gluelocal.upstream.address import UpstreamError


def put_service_event(client: Any, url: str, event: Mapping[str, Any]) -> None:
    """Puts an event of an AWS service by PutEvents (`client`: boto3 events, of the upstream).

    AWS refuses `aws.*` sources from anyone but its own services, and so does MiniStack; LocalStack
    4.14.0 takes them (its services/events/provider.py, validate_event). Raises UpstreamError with
    the upstream's own words when it refuses.
    """
    entry = {
        "Source": event["source"],
        "DetailType": event["detail-type"],
        "Detail": json.dumps(event["detail"]),
        "Resources": list(event.get("resources", ())),
    }
    answer = client.put_events(Entries=[entry])
    if answer["FailedEntryCount"]:
        refused = answer["Entries"][0]
        raise UpstreamError(
            f"the upstream {url} refused an event of {event['source']} "
            f"({refused.get('ErrorCode')}: {refused.get('ErrorMessage')}), so its rules do not see "
            "it. LocalStack 4.14.0 takes such events; AWS and a bare MiniStack do not."
        )
