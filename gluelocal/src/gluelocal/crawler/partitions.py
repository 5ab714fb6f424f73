"""A table's partitions in the Data Catalog, by the crawler's change policies."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gluelocal.crawler.catalog_access import answered, deprecated, is_deprecated, refuse_errors
from gluelocal.crawler.datasets import Dataset
from gluelocal.crawler.progress import Progress
from gluelocal.crawler.settings import DELETE, LOG, CrawlerSettings
from gluelocal.crawler.table_input import partition_input

Values = tuple[str, ...]
# The API's limit for BatchCreatePartition and BatchUpdatePartition.
_BATCH = 100
_COMPARED = ("StorageDescriptor", "Parameters")


class PartitionWriter:
    """Creates, updates and retires partitions, and counts that."""

    def __init__(
        self, settings: CrawlerSettings, glue: Any, progress: Progress, counts: Counter[str]
    ) -> None:
        self._settings = settings
        self._glue = glue
        self._progress = progress
        self._counts = counts

    def write(
        self, table: str, dataset: Dataset, known_keys: Sequence[Mapping[str, str]] | None
    ) -> None:
        """Brings the partitions to the dataset's; `known_keys` is None for a new table."""
        if not dataset.partition_keys and not known_keys:
            return
        known = {} if known_keys is None else self._read(table)
        wanted = {
            partition.values: partition_input(
                dataset, partition, self._settings.name, self._settings.partitions_inherit
            )
            for partition in dataset.partitions
        }
        self._create(table, [wanted[values] for values in wanted if values not in known])
        changed = [
            wanted[values]
            for values in wanted
            if values in known and any(known[values].get(k) != wanted[values][k] for k in _COMPARED)
        ]
        if changed and self._settings.update_behavior == LOG:
            self._progress.info(
                f"{len(changed)} partitions of table {table} have changed; UpdateBehavior LOG "
                "leaves them as they are"
            )
        else:
            self._update(table, changed)
        self._retire(table, [known[values] for values in known if values not in wanted])

    def _read(self, table: str) -> dict[Values, dict[str, Any]]:
        with answered(f"reading the partitions of table {table!r}"):
            pages = self._glue.get_paginator("get_partitions").paginate(
                DatabaseName=self._settings.database, TableName=table
            )
            return {tuple(one["Values"]): one for page in pages for one in page["Partitions"]}

    def _create(self, table: str, inputs: Sequence[dict[str, Any]]) -> None:
        doing = f"creating partitions of table {table!r}"
        for batch in _batches(inputs):
            with answered(doing):
                answer = self._glue.batch_create_partition(
                    DatabaseName=self._settings.database,
                    TableName=table,
                    PartitionInputList=list(batch),
                )
            refuse_errors(doing, answer)
            self._counts["partitions_created"] += len(batch)
        if inputs:
            self._progress.info(f"Created {len(inputs)} partitions of table {table}")

    def _update(self, table: str, inputs: Sequence[dict[str, Any]]) -> None:
        doing = f"updating partitions of table {table!r}"
        for batch in _batches(inputs):
            entries = [
                {"PartitionValueList": one["Values"], "PartitionInput": one} for one in batch
            ]
            with answered(doing):
                answer = self._glue.batch_update_partition(
                    DatabaseName=self._settings.database, TableName=table, Entries=entries
                )
            refuse_errors(doing, answer)
            self._counts["partitions_updated"] += len(batch)
        if inputs:
            self._progress.info(f"Updated {len(inputs)} partitions of table {table}")

    def _retire(self, table: str, gone: Sequence[dict[str, Any]]) -> None:
        """Partitions whose folder is gone, by DeleteBehavior."""
        if not gone:
            return
        if self._settings.delete_behavior == LOG:
            self._progress.info(
                f"{len(gone)} partitions of table {table} are gone; DeleteBehavior LOG keeps them"
            )
        elif self._settings.delete_behavior == DELETE:
            for one in gone:
                with answered(f"deleting a partition of table {table!r}"):
                    self._glue.delete_partition(
                        DatabaseName=self._settings.database,
                        TableName=table,
                        PartitionValues=one["Values"],
                    )
            self._counts["partitions_deleted"] += len(gone)
            self._progress.info(f"Deleted {len(gone)} partitions of table {table}")
        else:
            kept = ("Values", *_COMPARED)
            self._update(
                table,
                [
                    deprecated({key: one[key] for key in kept})
                    for one in gone
                    if not is_deprecated(one)
                ],
            )


def _batches(inputs: Sequence[dict[str, Any]]) -> Iterator[Sequence[dict[str, Any]]]:
    for start in range(0, len(inputs), _BATCH):
        yield inputs[start : start + _BATCH]
