"""A catalog table's rows: its files, its partitions, the predicate on them."""

from collections.abc import Mapping
from functools import reduce
from typing import Any

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from awsglue.catalog import CatalogTable, Partition

# Importing the formats registers them.
from awsglue.data_source import columnar, csv, json  # noqa: F401
from awsglue.data_source.files import FileSet, exclusions
from awsglue.data_source.formats import FORMATS
from awsglue.engine.rows import Rows
from awsglue.errors import DataReadError, NotSupportedError


def read(
    session: SparkSession,
    table: CatalogTable,
    predicate: str = "",
    options: Mapping[str, Any] | None = None,
) -> Rows:
    """The rows of a table whose data are files.

    `predicate` is SQL on the partition columns; `options` may have `exclusions` and
    `catalogPartitionPredicate`.
    """
    given = options or {}
    if table.parameters.get("typeOfData") == "table":
        raise NotSupportedError(f"reading the {table.classification or 'JDBC'} table {table}")
    if not table.location:
        raise DataReadError(f"{table}: the catalog gives no Location to read from")
    if not table.classification:
        raise DataReadError(
            f"{table}: the catalog does not say its format; set the table parameter "
            "'classification'"
        )
    file_format = FORMATS.get(table.classification)
    unwanted = [
        *exclusions(table.parameters.get("exclusions")),
        *exclusions(given.get("exclusions")),
    ]

    def load(files: FileSet) -> Rows:
        return file_format.read_table(session, files.without(session, unwanted), table)

    if not table.partition_columns.fields:
        return load(FileSet([table.location], recursive=True))
    partitions = _matching(
        session, table, table.partitions(given.get("catalogPartitionPredicate", "")), predicate
    )
    if not partitions:
        every = [*table.columns.fields, *table.partition_columns.fields]
        return Rows(session.createDataFrame([], type(table.columns)(every)))
    if all(_is_named(table, partition) for partition in partitions):
        places = [partition.location for partition in partitions]
        return load(FileSet(places, base=table.location, partitions=table.partition_columns))
    parts = [
        _with_values(load(FileSet([partition.location], recursive=True)), table, partition)
        for partition in partitions
    ]
    together = reduce(lambda one, other: one.unionByName(other), (part.frame for part in parts))
    return Rows(together, unsettled=parts[0].unsettled)


def _matching(
    session: SparkSession, table: CatalogTable, partitions: list[Partition], predicate: str
) -> list[Partition]:
    if not predicate or not partitions:
        return partitions
    names = table.partition_columns.names
    listed = session.createDataFrame(
        [(*partition.values, position) for position, partition in enumerate(partitions)],
        ", ".join([*(f"`{name}` string" for name in names), "`__position` int"]),
    )
    typed = listed.select(
        *(F.col(f"`{f.name}`").cast(f.dataType).alias(f.name) for f in table.partition_columns),
        "__position",
    )
    return [partitions[row["__position"]] for row in typed.filter(predicate).collect()]


def _is_named(table: CatalogTable, partition: Partition) -> bool:
    """Whether the folder is `key=value` for every partition column, below the table's location."""
    pairs = zip(table.partition_columns.names, partition.values, strict=True)
    folders = "/".join(f"{name}={value}" for name, value in pairs)
    return partition.location.rstrip("/") == f"{table.location.rstrip('/')}/{folders}"


def _with_values(rows: Rows, table: CatalogTable, partition: Partition) -> Rows:
    frame = rows.frame
    for field, value in zip(table.partition_columns.fields, partition.values, strict=True):
        frame = frame.withColumn(field.name, F.lit(value).cast(field.dataType))
    return Rows(frame, unsettled=rows.unsettled)
