"""What came of a crawler's past crawls, and how the API tells it."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gluelocal.account import write_private
from gluelocal.crawler import CrawlSummary

LOG_GROUP = "/aws-glue/crawlers"
KEPT_CRAWLS = 100


class CrawlHistory:
    """The past crawls of each crawler, oldest first, one file a crawler."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, name: str) -> list[dict[str, Any]]:
        file = self._file(name)
        past: list[dict[str, Any]] = json.loads(file.read_text()) if file.is_file() else []
        return past

    def add(self, name: str, record: dict[str, Any]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        kept = [*self.of(name), record][-KEPT_CRAWLS:]
        write_private(self._file(name), json.dumps(kept))

    def _file(self, name: str) -> Path:
        # A crawler's name may hold characters that a file's may not.
        return self._folder / f"{name.encode().hex()}.json"


def counts(summary: CrawlSummary) -> dict[str, int]:
    counted = asdict(summary)
    return {
        f"{what}{change.capitalize()}": counted[f"{what}_{change}"]
        for what in ("tables", "partitions")
        for change in ("created", "updated", "deleted")
    }


def as_last_crawl(name: str, record: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "Status": record["status"],
        **({"ErrorMessage": record["error"]} if record["error"] else {}),
        "LogGroup": LOG_GROUP,
        "LogStream": name,
        "MessagePrefix": record["id"],
        "StartTime": record["started"],
    }


_HISTORY_STATES = {"SUCCEEDED": "COMPLETED", "FAILED": "FAILED", "CANCELLED": "STOPPED"}


def as_crawl(record: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "CrawlId": record["id"],
        "State": _HISTORY_STATES[record["status"]],
        "StartTime": record["started"],
        "EndTime": record["ended"],
        "Summary": json.dumps(record["counts"]),
        **({"ErrorMessage": record["error"]} if record["error"] else {}),
    }
