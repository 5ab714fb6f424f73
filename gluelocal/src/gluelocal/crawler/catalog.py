"""Writing what was found into the Data Catalog, by the crawler's change policies
(Glue Developer Guide, crawler-configuration)."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gluelocal.crawler.catalog_access import answered, deprecated, is_deprecated
from gluelocal.crawler.datasets import Dataset
from gluelocal.crawler.errors import CrawlError
from gluelocal.crawler.names import table_name, with_hash
from gluelocal.crawler.partitions import PartitionWriter
from gluelocal.crawler.progress import Progress
from gluelocal.crawler.settings import DELETE, LOG, CrawlerSettings
from gluelocal.crawler.table_input import table_input

Table = Mapping[str, Any]
# Another value of these makes another table: with MergeNewColumns the known one is deprecated.
_FUNDAMENTAL = ("classification", "compressionType", "delimiter")
_COMPARED = ("PartitionKeys", "TableType", "Parameters", "StorageDescriptor")
_TABLE_INPUT = (
    "Name", "Description", "Owner", "Retention", "StorageDescriptor", "PartitionKeys",
    "ViewOriginalText", "ViewExpandedText", "TableType", "Parameters",
)  # fmt: skip


class CatalogWriter:
    """One crawl's view of its database; reads all of it first, writes in `write` only."""

    def __init__(self, settings: CrawlerSettings, glue: Any, progress: Progress) -> None:
        self._settings = settings
        self._glue = glue
        self._progress = progress
        self.counts: Counter[str] = Counter()
        self._partitions = PartitionWriter(settings, glue, progress, self.counts)
        self._known = self._read_tables()

    def write(
        self, datasets: Sequence[Dataset], in_scope: Callable[[Table], bool]
    ) -> tuple[str, ...]:
        """Creates, updates and retires tables; the names of those in `datasets`.

        `in_scope` tells of a known table whether this crawl looked at its place, so that it is
        gone when no dataset is there any more. CrawlError before the first write when there are
        more tables than TableThreshold allows.
        """
        named = self._named(datasets)
        threshold = self._settings.table_threshold
        if threshold is not None and len(named) > threshold:
            raise CrawlError(
                f"The crawl found {len(named)} tables, more than the TableThreshold {threshold} in "
                "the crawler's Configuration. Nothing was written; raise the threshold, or crawl "
                "fewer folders."
            )
        for name, dataset in named.items():
            self._write_table(name, dataset)
        for name, table in self._known.items():
            if name not in named and in_scope(table):
                self._retire(name, table)
        return tuple(sorted(named))

    def _read_tables(self) -> dict[str, Table]:
        database = self._settings.database
        with answered(f"reading database {database!r}, which CreateDatabase makes"):
            self._glue.get_database(Name=database)
            pages = self._glue.get_paginator("get_tables").paginate(DatabaseName=database)
            return {table["Name"]: table for page in pages for table in page["TableList"]}

    def _named(self, datasets: Sequence[Dataset]) -> dict[str, Dataset]:
        """Names as AWS gives them; a name that stands for another place gets a hash behind it."""
        named: dict[str, Dataset] = {}
        places = set()
        for dataset in datasets:
            place = (_place(dataset.location), dataset.extra_parameters.get("connectionName", ""))
            if place in places:
                # Two targets overlap.
                continue
            places.add(place)
            name = table_name(self._settings.table_prefix, dataset.base_name)
            known = self._known.get(name)
            if name in named or (known is not None and _table_place(known) != place):
                name = with_hash(name, dataset.location)
            named[name] = dataset
        return named

    def _write_table(self, name: str, dataset: Dataset) -> None:
        settings = self._settings
        wanted = table_input(name, dataset, settings.name)
        known = self._known.get(name)
        self._warn_of_doubled_columns(name, dataset)
        if known is None:
            with answered(f"creating table {name!r}"):
                self._glue.create_table(DatabaseName=settings.database, TableInput=wanted)
            self.counts["tables_created"] += 1
            self._progress.info(f"Created table {name} in database {settings.database}")
            self._partitions.write(name, dataset, known_keys=None)
            return
        # MergeNewColumns is for tables on S3; others take changed columns as they are.
        merge = settings.merge_new_columns and dataset.type_of_data == "file"
        if merge and _other_kind(known, wanted):
            self._deprecate(name, known, "its format, compression or delimiter changed")
            return
        if merge:
            wanted = _with_new_columns(known, wanted)
        if _differs(known, wanted):
            self._update(name, wanted)
        self._partitions.write(name, dataset, known_keys=known.get("PartitionKeys", []))

    def _update(self, name: str, wanted: dict[str, Any]) -> None:
        if self._settings.update_behavior == LOG:
            self._progress.info(f"Table {name} has changed; UpdateBehavior LOG leaves it as it is")
            return
        with answered(f"updating table {name!r}"):
            self._glue.update_table(DatabaseName=self._settings.database, TableInput=wanted)
        self.counts["tables_updated"] += 1
        self._progress.info(f"Updated table {name} in database {self._settings.database}")

    def _retire(self, name: str, table: Table) -> None:
        """A table whose data is gone, by DeleteBehavior."""
        if self._settings.delete_behavior == LOG:
            self._progress.info(f"The data of table {name} is gone; DeleteBehavior LOG keeps it")
        elif self._settings.delete_behavior == DELETE:
            with answered(f"deleting table {name!r}"):
                self._glue.delete_table(DatabaseName=self._settings.database, Name=name)
            self.counts["tables_deleted"] += 1
            self._progress.info(f"Deleted table {name} from database {self._settings.database}")
        elif not is_deprecated(table):
            self._deprecate(name, table, "its data is gone")

    def _deprecate(self, name: str, table: Table, why: str) -> None:
        # Some catalogs answer "" for what was never set, which the API does not take back.
        kept = {key: table[key] for key in _TABLE_INPUT if table.get(key) not in (None, "")}
        marked = deprecated(kept)
        with answered(f"updating table {name!r}"):
            self._glue.update_table(DatabaseName=self._settings.database, TableInput=marked)
        self.counts["tables_updated"] += 1
        self._progress.info(f"Marked table {name} as deprecated: {why}")

    def _warn_of_doubled_columns(self, name: str, dataset: Dataset) -> None:
        columns = {column.name for column in dataset.content.columns}
        if doubled := sorted(columns.intersection(dataset.partition_keys)):
            self._progress.warn(
                f"Table {name} has {', '.join(doubled)} both as a column and as a partition key, "
                "as AWS would write it; most engines refuse that. Rename the folders' key."
            )


def _place(location: str) -> str:
    return location.rstrip("/")


def _table_place(table: Table) -> tuple[str, str]:
    location = table.get("StorageDescriptor", {}).get("Location", "")
    return _place(location), table.get("Parameters", {}).get("connectionName", "")


def _differs(known: Table, wanted: Mapping[str, Any]) -> bool:
    return any(known.get(key) != wanted[key] for key in _COMPARED)


def _other_kind(known: Table, wanted: Mapping[str, Any]) -> bool:
    before, after = known.get("Parameters", {}), wanted["Parameters"]
    return any(before.get(key) != after.get(key) for key in _FUNDAMENTAL)


def _with_new_columns(known: Table, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """MergeNewColumns: known columns and formats stay as they are, new columns come behind."""
    before, after = known["StorageDescriptor"], wanted["StorageDescriptor"]
    names = {column["Name"] for column in before["Columns"]}
    added = [column for column in after["Columns"] if column["Name"] not in names]
    serde = {
        **before.get("SerdeInfo", {}),
        "Parameters": {
            **before.get("SerdeInfo", {}).get("Parameters", {}),
            **after["SerdeInfo"]["Parameters"],
        },
    }
    kept = {key: before[key] for key in ("InputFormat", "OutputFormat") if before.get(key)}
    parameters = _kept_parameters(known, wanted)
    storage = {**after, **kept, "Columns": [*before["Columns"], *added], "SerdeInfo": serde}
    return {
        **wanted,
        "Parameters": parameters,
        "StorageDescriptor": {**storage, "Parameters": _kept_parameters(before, after)},
    }


def _kept_parameters(known: Table, wanted: Mapping[str, Any]) -> dict[str, str]:
    merged = {**known.get("Parameters", {}), **wanted["Parameters"]}
    # Its data is there again.
    merged.pop("DEPRECATED_BY_CRAWLER", None)
    return merged
