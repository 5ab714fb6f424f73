"""One crawl: look at every target, then write to the catalog."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from gluelocal.crawler.catalog import CatalogWriter, Table
from gluelocal.crawler.clients import CrawlClients
from gluelocal.crawler.custom_csv import load_classifiers
from gluelocal.crawler.datasets import Dataset
from gluelocal.crawler.jdbc_target import crawl_jdbc, parse_jdbc_path
from gluelocal.crawler.progress import Progress
from gluelocal.crawler.s3_objects import parse_include_path
from gluelocal.crawler.s3_target import crawl_s3
from gluelocal.crawler.settings import CrawlerSettings, read_settings
from gluelocal.crawler.summary import CrawlSummary


def _never() -> bool:
    return False


def _nowhere(line: str) -> None:
    """The lines are in the summary, too."""


def crawl(
    definition: Mapping[str, Any],
    clients: CrawlClients,
    cancelled: Callable[[], bool] = _never,
    log: Callable[[str], None] = _nowhere,
) -> CrawlSummary:
    """Crawls what a Crawler structure (as GetCrawler returns it) describes.

    Everything is read and inferred first; the catalog is written afterwards, so a crawl that fails
    or is stopped while it reads leaves the catalog as it was. `cancelled` is asked between objects
    and tables, from several threads; `log` gets each line when it happens.

    Raises CrawlError with what GetCrawler shows as LastCrawl.ErrorMessage, and CrawlCancelled.
    """
    progress = Progress(cancelled, log)
    settings = read_settings(definition)
    progress.benchmark(f"Running Start Crawl for Crawler {settings.name}")
    writer = CatalogWriter(settings, clients.glue, progress)
    custom = load_classifiers(settings.classifiers, clients.glue)
    datasets: list[Dataset] = []
    for s3_target in settings.s3_targets:
        progress.checkpoint()
        datasets += crawl_s3(s3_target, settings, custom, clients.s3, progress)
    for jdbc_target in settings.jdbc_targets:
        progress.checkpoint()
        datasets += crawl_jdbc(jdbc_target, clients, progress)
    progress.checkpoint()
    progress.benchmark(f"Classification complete, writing results to database {settings.database}")
    policy = {
        "UpdateBehavior": settings.update_behavior,
        "DeleteBehavior": settings.delete_behavior,
    }
    progress.info(f"Crawler configured with SchemaChangePolicy {json.dumps(policy)}.")
    tables = writer.write(datasets, _scope(settings))
    progress.benchmark("Finished writing to Catalog")
    return CrawlSummary(**writer.counts, tables=tables, log=tuple(progress.lines))


def _scope(settings: CrawlerSettings) -> Callable[[Table], bool]:
    """Tells whether a table in the catalog is this crawler's and inside one of its targets."""
    folders = [parse_include_path(target.path).url.rstrip("/") for target in settings.s3_targets]
    databases = [
        (target.connection, parse_jdbc_path(target.path)) for target in settings.jdbc_targets
    ]

    def in_scope(table: Table) -> bool:
        parameters = table.get("Parameters", {})
        if parameters.get("UPDATED_BY_CRAWLER") != settings.name:
            return False
        location: str = table.get("StorageDescriptor", {}).get("Location", "")
        if any(f"{location}/".startswith(f"{folder}/") for folder in folders):
            return True
        database, _, rest = location.partition(".")
        schema, _, name = rest.partition(".")
        return any(
            parameters.get("connectionName") == connection
            and include.database == database
            and include.matches(schema, name)
            for connection, include in databases
        )

    return in_scope
