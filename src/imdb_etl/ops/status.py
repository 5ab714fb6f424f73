"""`imdb-etl status`: the stack, the crawlers and the last runs, as AWS reports them."""

from dataclasses import dataclass
from typing import Any

from imdb_etl.ops.settings import Settings
from imdb_etl.ops.stack import StackError, describe, outputs
from imdb_etl.ops.target import Target

SHOWN_RUNS = 10


@dataclass(frozen=True)
class CrawlerStatus:
    """A crawler's state, and how its last crawl ended."""

    name: str
    state: str
    last_crawl: str | None
    error: str | None


@dataclass(frozen=True)
class RunStatus:
    """A job run; `seconds` is its execution time, `started` is ISO 8601."""

    job_run_id: str
    state: str
    started: str
    seconds: int
    error: str | None


@dataclass(frozen=True)
class Status:
    """One environment's state; newest run first."""

    stack: str
    stack_status: str
    crawlers: tuple[CrawlerStatus, ...]
    runs: tuple[RunStatus, ...]


def status(settings: Settings, target: Target) -> Status:
    """Asks the environment; StackError when nothing is deployed."""
    stack = describe(target.client("cloudformation"), settings.stack_name)
    if stack is None:
        raise StackError(
            f"there is no stack {settings.stack_name}; make it with "
            f"`imdb-etl deploy --env {target.environment}`"
        )
    names = outputs(stack)
    glue = target.client("glue")
    crawlers = [names[key] for key in ("SourceCrawler", "RedshiftCrawler") if key in names]
    runs = []
    if "JobName" in names:
        runs = glue.get_job_runs(JobName=names["JobName"], MaxResults=SHOWN_RUNS)["JobRuns"]
    return Status(
        settings.stack_name,
        stack["StackStatus"],
        tuple(_crawler(glue.get_crawler(Name=name)["Crawler"]) for name in crawlers),
        tuple(_run(run) for run in runs),
    )


def _crawler(answer: dict[str, Any]) -> CrawlerStatus:
    last = answer.get("LastCrawl", {})
    return CrawlerStatus(
        answer["Name"], answer["State"], last.get("Status"), last.get("ErrorMessage")
    )


def _run(answer: dict[str, Any]) -> RunStatus:
    started = answer.get("StartedOn")
    return RunStatus(
        job_run_id=answer["Id"],
        state=answer["JobRunState"],
        started=started.isoformat(timespec="seconds") if started else "",
        seconds=int(answer.get("ExecutionTime") or 0),
        error=answer.get("ErrorMessage"),
    )
