"""An account before an upstream: a second MiniStack, in a process of its own."""

from pathlib import Path

import boto3
import pytest
from botocore.config import Config

from gluelocal import lifecycle
from gluelocal.clients import Clients
from gluelocal.pytest_plugin import LocalAccount


@pytest.fixture(scope="session")
def upstream_endpoint(start_ministack):
    return start_ministack(str(Path(__file__).with_name("ministack_like_localstack.py")))


@pytest.fixture(scope="session")
def fronted(upstream_endpoint, tmp_path_factory):
    """The account; `fronted.client(...)` talks to it and not to the upstream."""
    state = tmp_path_factory.mktemp("fronted")
    account = lifecycle.up(state, port=0, redshift_port=0, upstream=upstream_endpoint).account
    yield LocalAccount(state, account.environment(), Clients(account))
    lifecycle.down(state)


@pytest.fixture(scope="session")
def upstream(upstream_endpoint):
    """`upstream("s3")` is a boto3 client that talks to the upstream itself."""

    def client(service):
        return boto3.client(
            service,
            endpoint_url=upstream_endpoint,
            region_name="us-east-1",
            aws_access_key_id="gluelocal",
            aws_secret_access_key="gluelocal",
            config=Config(s3={"addressing_style": "path"}),
        )

    return client
