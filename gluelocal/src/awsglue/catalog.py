"""The Data Catalog: tables, their partitions and connections, read and changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyspark.sql import types as S

from awsglue.clients import ClientError, client
from awsglue.engine.types import spark_type
from awsglue.errors import CatalogUpdateError, DataReadError, EntityNotFoundError

_NOT_FOUND = "EntityNotFoundException"
_ALREADY_THERE = "AlreadyExistsException"
_NULL_PARTITION = "__HIVE_DEFAULT_PARTITION__"
# The service's limit of one call.
_CREATED_AT_ONCE = 100
# What GetTable tells and UpdateTable takes.
_TABLE_INPUT = (
    *("Name", "Description", "Owner", "LastAccessTime", "LastAnalyzedTime", "Retention"),
    *("StorageDescriptor", "PartitionKeys", "ViewOriginalText", "ViewExpandedText"),
    *("TableType", "Parameters", "TargetTable"),
)


@dataclass(frozen=True)
class Partition:
    """`values` in the order of the table's partition columns."""

    values: tuple[str, ...]
    location: str


def partition_value(text: str) -> str | None:
    """A partition's value as its rows have it: Hive's name for NULL is NULL."""
    return None if text == _NULL_PARTITION else text


@dataclass(frozen=True)
class CatalogTable:
    """A table's columns in Spark's types, and where and how its data lies.

    `parameters` are those of the table over those of its storage; `serde` those of its SerDe,
    whose class is `serde_library`; `definition` is the table as GetTable gives it.
    """

    database: str
    name: str
    catalog_id: str | None
    columns: S.StructType
    partition_columns: S.StructType
    location: str
    classification: str
    parameters: Mapping[str, str]
    serde: Mapping[str, str]
    serde_library: str
    definition: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.database}.{self.name}"

    def partitions(self, expression: str = "") -> list[Partition]:
        """Its partitions; `expression` is the service's own filter (catalogPartitionPredicate)."""
        arguments = {"DatabaseName": self.database, "TableName": self.name, **_id(self.catalog_id)}
        if expression:
            arguments["Expression"] = expression
        pages = client("glue").get_paginator("get_partitions").paginate(**arguments)
        return [
            Partition(tuple(found["Values"]), found["StorageDescriptor"]["Location"])
            for page in pages
            for found in page["Partitions"]
        ]


def get_table(database: str, name: str, catalog_id: str | None = None) -> CatalogTable:
    """The table; EntityNotFoundError names both when the database or the table is not there."""
    try:
        answer = client("glue").get_table(DatabaseName=database, Name=name, **_id(catalog_id))
    except ClientError as problem:
        if problem.response["Error"]["Code"] != _NOT_FOUND:
            raise
        raise EntityNotFoundError(
            f"the Data Catalog has no table {name!r} in the database {database!r} "
            f"({problem.response['Error']['Message']}); run its crawler, or create it"
        ) from problem
    table = answer["Table"]
    storage = table.get("StorageDescriptor", {})
    parameters = {**storage.get("Parameters", {}), **table.get("Parameters", {})}
    return CatalogTable(
        database=database,
        name=name,
        catalog_id=catalog_id,
        columns=_schema(f"{database}.{name}", storage.get("Columns", [])),
        partition_columns=_schema(f"{database}.{name}", table.get("PartitionKeys", [])),
        location=storage.get("Location", ""),
        classification=parameters.get("classification", "").lower(),
        parameters=parameters,
        serde=storage.get("SerdeInfo", {}).get("Parameters", {}),
        serde_library=storage.get("SerdeInfo", {}).get("SerializationLibrary", ""),
        definition=table,
    )


def find_table(database: str, name: str, catalog_id: str | None = None) -> CatalogTable | None:
    """The table, or None when the database has none; EntityNotFoundError without the database."""
    try:
        client("glue").get_database(Name=database, **_id(catalog_id))
    except ClientError as problem:
        if problem.response["Error"]["Code"] != _NOT_FOUND:
            raise
        raise EntityNotFoundError(
            f"the Data Catalog has no database {database!r}; create it, or correct the name"
        ) from problem
    try:
        return get_table(database, name, catalog_id)
    except EntityNotFoundError:
        return None


def create_table(
    database: str, table_input: Mapping[str, Any], catalog_id: str | None = None
) -> None:
    """Creates a table; `table_input` is CreateTable's."""
    client("glue").create_table(DatabaseName=database, TableInput=table_input, **_id(catalog_id))


def replace_columns(table: CatalogTable, columns: Sequence[Mapping[str, Any]]) -> None:
    """Gives a table other columns; all else of its definition stays."""
    # An empty text is answered, and refused when it is sent back.
    definition = table.definition
    kept = {key: definition[key] for key in _TABLE_INPUT if definition.get(key) not in (None, "")}
    storage = {**kept["StorageDescriptor"], "Columns": list(columns)}
    client("glue").update_table(
        DatabaseName=table.database,
        TableInput={**kept, "StorageDescriptor": storage},
        **_id(table.catalog_id),
    )


def add_partitions(
    database: str,
    name: str,
    partitions: Sequence[Partition],
    storage: Mapping[str, Any],
    catalog_id: str | None = None,
) -> None:
    """Adds partitions, described by `storage`; one that is there already stays as it is."""
    for start in range(0, len(partitions), _CREATED_AT_ONCE):
        batch = partitions[start : start + _CREATED_AT_ONCE]
        inputs = [
            {
                "Values": list(partition.values),
                "StorageDescriptor": {**storage, "Location": partition.location},
            }
            for partition in batch
        ]
        answer = client("glue").batch_create_partition(
            DatabaseName=database, TableName=name, PartitionInputList=inputs, **_id(catalog_id)
        )
        for refused in answer.get("Errors", ()):
            detail = refused["ErrorDetail"]
            if detail["ErrorCode"] != _ALREADY_THERE:
                raise CatalogUpdateError(
                    f"{database}.{name}: the partition {refused['PartitionValues']} was refused: "
                    f"{detail['ErrorCode']}: {detail.get('ErrorMessage', '')}"
                )


def delete_partitions(table: CatalogTable, partitions: Sequence[Partition]) -> None:
    """Takes partitions out of the catalog; their files stay."""
    for partition in partitions:
        client("glue").delete_partition(
            DatabaseName=table.database,
            TableName=table.name,
            PartitionValues=list(partition.values),
            **_id(table.catalog_id),
        )


def get_connection(name: str, catalog_id: str | None = None) -> dict[str, Any]:
    """The connection as GetConnection gives it; EntityNotFoundError when there is none."""
    try:
        answer = client("glue").get_connection(Name=name, **_id(catalog_id))
    except ClientError as problem:
        if problem.response["Error"]["Code"] != _NOT_FOUND:
            raise
        raise EntityNotFoundError(
            f"the Data Catalog has no connection {name!r}; create it, or correct the name"
        ) from problem
    return dict(answer["Connection"])


def _schema(table: str, columns: list[dict[str, str]]) -> S.StructType:
    fields = []
    for column in columns:
        try:
            data_type = spark_type(column.get("Type", "string"))
        except ValueError as problem:
            raise DataReadError(f"{table}: column {column['Name']!r}: {problem}") from problem
        fields.append(S.StructField(column["Name"], data_type))
    return S.StructType(fields)


def _id(catalog_id: str | None) -> dict[str, str]:
    return {"CatalogId": catalog_id} if catalog_id else {}
