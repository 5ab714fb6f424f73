"""Running crawlers and waiting for them."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from imdb_etl.errors import ImdbEtlError
from imdb_etl.ops.progress import Progress

POLL_SECONDS = 0.3


class CrawlError(ImdbEtlError):
    """A crawler is running already, or its crawl failed where nothing else can tell why."""


@dataclass(frozen=True)
class Crawl:
    """How one crawl ended; `status` is SUCCEEDED, CANCELLED or FAILED."""

    crawler: str
    status: str
    error: str | None

    @property
    def succeeded(self) -> bool:
        return self.status == "SUCCEEDED"


def point_at(client: Any, crawler: str, path: str) -> None:
    """Makes an S3 crawler crawl `path` and nothing else (`client`: boto3 glue)."""
    current = client.get_crawler(Name=crawler)["Crawler"]["Targets"].get("S3Targets", [])
    if [target["Path"] for target in current] == [path]:
        return
    try:
        client.update_crawler(Name=crawler, Targets={"S3Targets": [{"Path": path}]})
    except client.exceptions.CrawlerRunningException as problem:
        raise _running(crawler) from problem


def crawl(client: Any, crawlers: Sequence[str], progress: Progress) -> list[Crawl]:
    """Starts the crawlers together, waits until all are READY, and says how each crawl ended."""
    with progress.step("crawling"):
        for crawler in crawlers:
            try:
                client.start_crawler(Name=crawler)
            except client.exceptions.CrawlerRunningException as problem:
                raise _running(crawler) from problem
        return [_wait(client, crawler, progress) for crawler in crawlers]


def _wait(client: Any, name: str, progress: Progress) -> Crawl:
    while True:
        crawler = client.get_crawler(Name=name)["Crawler"]
        # STOPPING is not the end: the catalog is still being written.
        if crawler["State"] == "READY":
            break
        progress.update(f"crawler {name}: {crawler['State'].lower()}")
        time.sleep(POLL_SECONDS)
    last = crawler.get("LastCrawl", {})
    return Crawl(name, last.get("Status", "UNKNOWN"), last.get("ErrorMessage"))


def _running(crawler: str) -> CrawlError:
    return CrawlError(
        f"the crawler {crawler} is running already, perhaps for another `imdb-etl run`; "
        "wait for it (`imdb-etl status`), then run again"
    )
