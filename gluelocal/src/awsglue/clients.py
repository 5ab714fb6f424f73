"""AWS's APIs by boto3, with the environment's standard settings (AWS_ENDPOINT_URL and so on)."""

from typing import Any

import boto3


def client(service: str) -> Any:
    """A client of its own session: boto3's default session must not be shared by threads."""
    return boto3.session.Session().client(service)
