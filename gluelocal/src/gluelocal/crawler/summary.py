"""What a crawl did."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CrawlSummary:
    """Counts of what changed in the catalog; `tables` are the names of all that were found."""

    tables_created: int = 0
    tables_updated: int = 0
    tables_deleted: int = 0
    partitions_created: int = 0
    partitions_updated: int = 0
    partitions_deleted: int = 0
    tables: tuple[str, ...] = ()
    log: tuple[str, ...] = ()
