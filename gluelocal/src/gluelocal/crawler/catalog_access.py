"""Calls to the Data Catalog: refusals as crawl errors, and the mark of what is gone."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from gluelocal.crawler.errors import CrawlError

_DEPRECATED = "DEPRECATED_BY_CRAWLER"


@contextmanager
def answered(doing: str) -> Iterator[None]:
    """Turns the Data Catalog's refusal into a CrawlError that says what the crawl was doing."""
    try:
        yield
    except ClientError as problem:
        error = problem.response["Error"]
        raise CrawlError(
            f"The Data Catalog refused {doing}: {error['Code']}: {error['Message']}"
        ) from problem
    except BotoCoreError as problem:
        raise CrawlError(f"The Data Catalog did not answer {doing}: {problem}") from problem


def refuse_errors(doing: str, answer: Mapping[str, Any]) -> None:
    """CrawlError when a batch call reports that some of its entries failed."""
    if errors := answer.get("Errors"):
        detail = errors[0]["ErrorDetail"]
        raise CrawlError(
            f"The Data Catalog refused {doing} {len(errors)} times; the first: "
            f"{detail['ErrorCode']}: {detail['ErrorMessage']}"
        )


def is_deprecated(described: Mapping[str, Any]) -> bool:
    return _DEPRECATED in (described.get("Parameters") or {})


def deprecated(described: Mapping[str, Any]) -> dict[str, Any]:
    """A table's or partition's input with the mark: the time in milliseconds since 1970."""
    parameters = {**(described.get("Parameters") or {}), _DEPRECATED: str(int(time.time() * 1000))}
    return {**described, "Parameters": parameters}
