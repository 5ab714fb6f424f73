"""A catalog table's rows: its files, its partitions, the predicate on them."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import reduce
from typing import Any

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from awsglue.catalog import CatalogTable, Partition, partition_value
from awsglue.data_source import known_formats  # noqa: F401 - importing registers them
from awsglue.data_source.documents import compression
from awsglue.data_source.files import FileSet, PathNotFoundError
from awsglue.data_source.formats import FORMATS
from awsglue.data_source.globs import exclusions
from awsglue.data_source.partitions import matching
from awsglue.data_source.selection import select
from awsglue.data_source.serde import format_name
from awsglue.data_source.storage_classes import excluded
from awsglue.engine.combine import union
from awsglue.engine.rows import Rows
from awsglue.errors import DataReadError, NotSupportedError

_LOGGER = logging.getLogger(__name__)


def read(
    session: SparkSession,
    table: CatalogTable,
    predicate: str = "",
    options: Mapping[str, Any] | None = None,
    transformation_ctx: str = "",
) -> Rows:
    """The rows of a table whose data are files; with a job bookmark, of its new files.

    `predicate` is SQL on the partition columns: only partitions that meet it are listed and read.
    `options` may have `catalogPartitionPredicate`, `exclusions`, `excludeStorageClasses`,
    boundedFiles or boundedSize; all but the first may be parameters of the table too. The format is
    the table's `classification` or, without one, what its SerDe reads.

    A table or partition without files has no rows, and so has one whose location leads to nothing:
    that is logged as a warning, as on the service. The columns are the catalog's even then.
    """
    given = options or {}
    if table.parameters.get("typeOfData") == "table":
        raise NotSupportedError(f"reading the {table.classification or 'JDBC'} table {table}")
    if not table.location:
        raise DataReadError(f"{table}: the catalog gives no Location to read from")
    found = matching(session, table, predicate, given.get("catalogPartitionPredicate", ""))
    reading = _Reading(session, table, given, transformation_ctx)
    try:
        return reading.rows(found)
    except PathNotFoundError as problem:
        _LOGGER.warning("skipped: %s", problem)
    return reading.rows(found, skip_missing=True)


class _Reading:
    """One read of a table."""

    def __init__(
        self,
        session: SparkSession,
        table: CatalogTable,
        given: Mapping[str, Any],
        transformation_ctx: str,
    ) -> None:
        self._session = session
        self._table = table
        self._format = FORMATS.get(format_name(table))
        self._settings = {**table.parameters, **given}
        self._codec = "" if self._format.by_folders else compression(self._settings)
        self._globs = [
            *exclusions(table.parameters.get("exclusions")),
            *exclusions(given.get("exclusions")),
        ]
        self._transformation_ctx = transformation_ctx

    def rows(self, found: Sequence[Partition], skip_missing: bool = False) -> Rows:
        """The rows of the table or, when it has partition columns, of the partitions `found`."""
        table = self._table
        if not table.partition_columns.fields:
            whole = FileSet([table.location], recursive=True, what=str(table))
            chosen = self._chosen({"": whole}, skip_missing)
            return self._load(chosen[""]) if chosen else _no_rows(self._session, table)
        named = (
            self._format.finds_partitions
            and not self._codec
            and all(_is_named(table, partition) for partition in found)
        )
        below = FileSet([], base=table.location, partitions=table.partition_columns)
        apart = FileSet([], recursive=True)
        partitions = {_key(partition): partition for partition in found}
        chosen = self._chosen(
            {
                key: replace(below if named else apart, paths=[one.location], what=str(table))
                for key, one in partitions.items()
            },
            skip_missing,
        )
        if not chosen:
            return _no_rows(self._session, table)
        if named:
            every = [path for files in chosen.values() for path in files.paths]
            return self._load(replace(below, paths=every, what=str(table)))
        parts = [
            _with_values(self._load(files), table, partitions[key]) for key, files in chosen.items()
        ]
        if not parts[0].unsettled:
            return reduce(union, parts)
        frames = (part.frame for part in parts)
        together = reduce(lambda one, other: one.unionByName(other), frames)
        return Rows(together, unsettled=parts[0].unsettled)

    def _chosen(self, parts: Mapping[str, FileSet], skip_missing: bool) -> dict[str, FileSet]:
        if skip_missing:
            there = {key: files.there(self._session) for key, files in parts.items()}
            parts = {key: files for key, files in there.items() if files.paths}
        paths = [path for files in parts.values() for path in files.paths]
        unwanted = [
            *self._globs,
            *excluded(paths, self._settings.get("excludeStorageClasses")),
        ]
        chosen = select(self._session, parts, unwanted, self._settings, self._transformation_ctx)
        return {
            key: files.unpacked_as(self._session, self._codec)
            for key, files in chosen.items()
            if files.paths
        }

    def _load(self, files: FileSet) -> Rows:
        return self._format.read_table(self._session, files, self._table)


def _key(partition: Partition) -> str:
    """A partition's name in a bookmark: moved to another folder, it is another partition."""
    return f"{'/'.join(partition.values)} {partition.location}"


def _no_rows(session: SparkSession, table: CatalogTable) -> Rows:
    every = [*table.columns.fields, *table.partition_columns.fields]
    return Rows(session.createDataFrame([], type(table.columns)(every)))


def _is_named(table: CatalogTable, partition: Partition) -> bool:
    """Whether the folder is `key=value` for every partition column, below the table's location."""
    pairs = zip(table.partition_columns.names, partition.values, strict=True)
    folders = "/".join(f"{name}={value}" for name, value in pairs)
    return partition.location.rstrip("/") == f"{table.location.rstrip('/')}/{folders}"


def _with_values(rows: Rows, table: CatalogTable, partition: Partition) -> Rows:
    frame = rows.frame
    for field, value in zip(table.partition_columns.fields, partition.values, strict=True):
        frame = frame.withColumn(field.name, F.lit(partition_value(value)).cast(field.dataType))
    return replace(rows, frame=frame)
