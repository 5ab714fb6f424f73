"""boto3 clients of this account, made once and shared between threads (clients are thread-safe)."""

import json
import threading
import urllib.request
from functools import partial
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from gluelocal.account import Account
from gluelocal.endpoint import DIRECT_HEADER, TARGET_PREFIX, ApiError


class Clients:
    """`clients("s3")` talks to the account; `clients.definitions` reads what MiniStack keeps."""

    def __init__(self, account: Account, endpoint_url: str | None = None) -> None:
        """With `endpoint_url` the clients talk to that endpoint, with the account's credentials."""
        self._account = account
        self._endpoint_url = endpoint_url or account.endpoint_url
        self._session = boto3.session.Session(
            aws_access_key_id=account.settings.access_key_id,
            aws_secret_access_key=account.settings.secret_access_key,
            region_name=account.settings.region,
        )
        self._lock = threading.Lock()
        self._made: dict[str, Any] = {}

    def __call__(self, service: str) -> Any:
        return self._client(service, service)

    @property
    def definitions(self) -> Any:
        """A Glue client whose requests go past our operations, to the stored definitions."""
        return self._client("glue", "definitions")

    def inside(self) -> dict[str, Any]:
        """What the account's process tells of its parts, for `gluelocal status`."""
        request = urllib.request.Request(
            self._account.endpoint_url,
            data=b"{}",
            headers={"X-Amz-Target": f"{TARGET_PREFIX}GluelocalStatus"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            facts: dict[str, Any] = json.load(answer)
        return facts

    def _client(self, service: str, key: str) -> Any:
        with self._lock:
            if key not in self._made:
                client = self._session.client(
                    service,
                    endpoint_url=self._endpoint_url,
                    config=Config(
                        max_pool_connections=32,
                        retries={"max_attempts": 2},
                        s3={"addressing_style": "path"},
                    ),
                )
                if key == "definitions":
                    client.meta.events.register("before-sign.glue", partial(_mark_direct))
                self._made[key] = client
            return self._made[key]


def _mark_direct(request: Any, **_: Any) -> None:
    request.headers[DIRECT_HEADER.decode()] = "1"


def as_api_error(problem: ClientError) -> ApiError:
    """A refusal by the stored definitions, as the answer to our own caller."""
    error = problem.response["Error"]
    return ApiError(error["Code"], error["Message"])
