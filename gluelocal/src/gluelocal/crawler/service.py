"""The crawler operations of the Glue API: start, stop, states, history, metrics, events.

What a crawl does is in `run.py`; here is when it does it and how that is told. Fields,
states and errors: the Glue API (glue-2017-03-31).
"""

import logging
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from gluelocal import events
from gluelocal.account import Account
from gluelocal.clients import Clients, as_api_error
from gluelocal.crawler import CrawlCancelled, CrawlClients, CrawlError, CrawlSummary, crawl
from gluelocal.crawler.history import LOG_GROUP, CrawlHistory, as_crawl, as_last_crawl, counts
from gluelocal.endpoint import ApiError, Operation
from gluelocal.log_streams import put_lines

logger = logging.getLogger(__name__)

Emit = Callable[[Mapping[str, Any]], None]


@dataclass
class _Active:
    """A crawl in progress."""

    thread: threading.Thread | None = None
    cancel: threading.Event = field(default_factory=threading.Event)
    started: float = field(default_factory=time.time)


class Crawlers:
    """Runs crawlers, each in a thread, and keeps what came of them."""

    def __init__(self, account: Account, clients: Clients, emit: Emit) -> None:
        self._account = account
        self._clients = clients
        self._emit = emit
        self._lock = threading.Lock()
        self._active: dict[str, _Active] = {}
        self._history = CrawlHistory(account.state / "crawlers")

    def operations(self) -> Mapping[str, Operation]:
        return {
            "StartCrawler": self.start,
            "StopCrawler": self.stop,
            "GetCrawler": self.get,
            "GetCrawlers": self.list_,
            "ListCrawlers": self.names,
            "GetCrawlerMetrics": self.metrics,
            "ListCrawls": self.crawls,
            "UpdateCrawler": self.update,
            "DeleteCrawler": self.delete,
        }

    def start(self, request: Mapping[str, Any]) -> dict[str, Any]:
        definition = self._definition(request)
        name = definition["Name"]
        with self._lock:
            if name in self._active:
                raise ApiError(
                    "CrawlerRunningException", f"Crawler with name {name} has already started"
                )
            active = _Active()
            active.thread = threading.Thread(
                target=self._crawl, args=(definition, active), name=f"crawl-{name}"
            )
            self._active[name] = active
            active.thread.start()
        return {}

    def stop(self, request: Mapping[str, Any]) -> dict[str, Any]:
        name = self._definition(request)["Name"]
        active = self._active.get(name)
        if active is None:
            raise ApiError("CrawlerNotRunningException", f"Crawler with name {name} isn't running")
        if active.cancel.is_set():
            raise ApiError("CrawlerStoppingException", f"Crawler with name {name} is stopping")
        active.cancel.set()
        return {}

    def get(self, request: Mapping[str, Any]) -> dict[str, Any]:
        return {"Crawler": self._shown(self._definition(request))}

    def list_(self, request: Mapping[str, Any]) -> dict[str, Any]:
        return {"Crawlers": [self._shown(one) for one in self._all()]}

    def names(self, request: Mapping[str, Any]) -> dict[str, Any]:
        return {"CrawlerNames": [one["Name"] for one in self._all()]}

    def crawls(self, request: Mapping[str, Any]) -> dict[str, Any]:
        name = self._definition({"Name": request.get("CrawlerName")})["Name"]
        newest_first = list(reversed(self._history.of(name)))
        return {"Crawls": [as_crawl(one) for one in newest_first]}

    def metrics(self, request: Mapping[str, Any]) -> dict[str, Any]:
        wanted = set(request.get("CrawlerNameList") or (one["Name"] for one in self._all()))
        return {"CrawlerMetricsList": [self._measured(name) for name in sorted(wanted)]}

    def update(self, request: Mapping[str, Any]) -> dict[str, Any]:
        return self._unless_running(request, self._clients.definitions.update_crawler)

    def delete(self, request: Mapping[str, Any]) -> dict[str, Any]:
        return self._unless_running(request, self._clients.definitions.delete_crawler)

    def shut_down(self) -> None:
        for active in list(self._active.values()):
            active.cancel.set()
            if active.thread is not None:
                active.thread.join()

    def _unless_running(self, request: Mapping[str, Any], change: Any) -> dict[str, Any]:
        name = self._definition(request)["Name"]
        with self._lock:
            if name in self._active:
                raise ApiError("CrawlerRunningException", f"Crawler with name {name} is running")
            try:
                change(**request)
            except ClientError as problem:
                raise as_api_error(problem) from problem
        return {}

    def _definition(self, request: Mapping[str, Any]) -> dict[str, Any]:
        try:
            answer = self._clients.definitions.get_crawler(Name=str(request.get("Name")))
        except ClientError as problem:
            raise as_api_error(problem) from problem
        definition: dict[str, Any] = answer["Crawler"]
        return definition

    def _all(self) -> list[dict[str, Any]]:
        crawlers: list[dict[str, Any]] = self._clients.definitions.get_crawlers()["Crawlers"]
        return sorted(crawlers, key=lambda one: str(one["Name"]))

    def _shown(self, definition: dict[str, Any]) -> dict[str, Any]:
        """The stored definition with the state and last crawl that are really so."""
        name = definition["Name"]
        shown = {key: value for key, value in definition.items() if key != "LastCrawl"}
        active = self._active.get(name)
        if active is None:
            shown |= {"State": "READY", "CrawlElapsedTime": 0}
        else:
            shown |= {
                "State": "STOPPING" if active.cancel.is_set() else "RUNNING",
                "CrawlElapsedTime": int((time.time() - active.started) * 1000),
            }
        if past := self._history.of(name):
            shown["LastCrawl"] = as_last_crawl(name, past[-1])
        return shown

    def _measured(self, name: str) -> dict[str, Any]:
        past = self._history.of(name)
        seconds = sorted(one["ended"] - one["started"] for one in past)
        last = past[-1]["counts"] if past else {}
        return {
            "CrawlerName": name,
            "TimeLeftSeconds": 0.0,
            "StillEstimating": name in self._active,
            "LastRuntimeSeconds": past[-1]["ended"] - past[-1]["started"] if past else 0.0,
            "MedianRuntimeSeconds": seconds[len(seconds) // 2] if seconds else 0.0,
            "TablesCreated": last.get("tablesCreated", 0),
            "TablesUpdated": last.get("tablesUpdated", 0),
            "TablesDeleted": last.get("tablesDeleted", 0),
        }

    def _crawl(self, definition: Mapping[str, Any], active: _Active) -> None:
        """The thread of one crawl, from its first event to its last."""
        name = definition["Name"]
        account_id = self._account.settings.account_id
        lines: list[str] = []
        self._emit(
            events.crawler_started(account_id, name, datetime.fromtimestamp(active.started, UTC))
        )
        status, error, summary = "SUCCEEDED", None, CrawlSummary()
        try:
            summary = crawl(definition, self._crawl_clients(), active.cancel.is_set, lines.append)
        except CrawlCancelled:
            status = "CANCELLED"
        except CrawlError as problem:
            status, error = "FAILED", str(problem)
        except Exception as problem:
            logger.exception("crawler %s failed", name)
            status, error = "FAILED", f"gluelocal failed: {problem!r}"
        record = {
            "id": str(uuid.uuid4()),
            "status": status,
            "error": error,
            "started": active.started,
            "ended": time.time(),
            "counts": counts(summary),
        }
        self._publish(name, [*lines, *([error] if error else [])])
        self._history.add(name, record)
        with self._lock:
            del self._active[name]
        self._tell(name, record)

    def _tell(self, name: str, record: Mapping[str, Any]) -> None:
        account_id = self._account.settings.account_id
        region = self._account.settings.region
        log = (
            f"https://console.aws.amazon.com/cloudwatch/home?region={region}"
            f"#logEventViewer:group={LOG_GROUP};stream={name}"
        )
        if record["status"] == "SUCCEEDED":
            ended = datetime.fromtimestamp(record["ended"], UTC)
            seconds = record["ended"] - record["started"]
            self._emit(
                events.crawler_succeeded(account_id, name, ended, seconds, record["counts"], log)
            )
        elif record["status"] == "FAILED":
            self._emit(events.crawler_failed(account_id, name, record["error"], log))

    def _crawl_clients(self) -> CrawlClients:
        return CrawlClients(
            glue=self._clients("glue"),
            s3=self._clients("s3"),
            secretsmanager=self._clients("secretsmanager"),
        )

    def _publish(self, name: str, lines: list[str]) -> None:
        try:
            put_lines(self._clients("logs"), LOG_GROUP, name, lines)
        except (BotoCoreError, ClientError) as problem:
            logger.error("the log of crawler %s is not in %s: %s", name, LOG_GROUP, problem)
