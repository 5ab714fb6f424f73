"""The Data Catalog as awsglue reads it: tables, their partitions and connections."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError
from pyspark.sql import types as S

from awsglue.clients import client
from awsglue.engine.types import spark_type
from awsglue.errors import DataReadError, EntityNotFoundError

_NOT_FOUND = "EntityNotFoundException"


@dataclass(frozen=True)
class Partition:
    """`values` in the order of the table's partition columns."""

    values: tuple[str, ...]
    location: str


@dataclass(frozen=True)
class CatalogTable:
    """A table's columns in Spark's types, and where and how its data lies.

    `parameters` are those of the table over those of its storage; `serde` those of its SerDe.
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
