"""A dataset as the Data Catalog keeps it: TableInput and PartitionInput of the Glue API."""

from collections.abc import Mapping, Sequence
from typing import Any

from gluelocal.crawler.datasets import Content, Dataset, Partition
from gluelocal.crawler.schema import Column

_CRAWLER_VERSIONS = {
    "CrawlerSchemaSerializerVersion": "1.0",
    "CrawlerSchemaDeserializerVersion": "1.0",
}


def table_input(name: str, dataset: Dataset, crawler: str) -> dict[str, Any]:
    """The table object; its parameters stand in the storage descriptor as well, as AWS does it."""
    parameters = _parameters(dataset, dataset.content, crawler)
    return {
        "Name": name,
        "Owner": "owner",
        "Retention": 0,
        "TableType": "EXTERNAL_TABLE",
        "PartitionKeys": [{"Name": key, "Type": "string"} for key in dataset.partition_keys],
        "StorageDescriptor": _storage(
            dataset.location, dataset.content.columns, dataset.content, parameters
        ),
        "Parameters": parameters,
    }


def partition_input(
    dataset: Dataset, partition: Partition, crawler: str, inherit: bool
) -> dict[str, Any]:
    """A partition with its own schema and statistics; with `inherit`, the table's schema."""
    parameters = _parameters(dataset, partition.content, crawler)
    columns = dataset.content.columns if inherit else partition.content.columns
    return {
        "Values": list(partition.values),
        "StorageDescriptor": _storage(partition.location, columns, partition.content, parameters),
        "Parameters": parameters,
    }


def _parameters(dataset: Dataset, content: Content, crawler: str) -> dict[str, str]:
    return {
        **_CRAWLER_VERSIONS,
        "UPDATED_BY_CRAWLER": crawler,
        "classification": content.classification,
        "typeOfData": dataset.type_of_data,
        **(_file_parameters(content) if dataset.type_of_data == "file" else {}),
        **content.parameters,
        **dataset.extra_parameters,
    }


def _file_parameters(content: Content) -> Mapping[str, str]:
    return {
        "compressionType": content.compression,
        "objectCount": str(content.objects),
        "sizeKey": str(content.size),
        "averageRecordSize": str(content.average_record),
        "recordCount": str(content.records),
    }


def _storage(
    location: str, columns: Sequence[Column], content: Content, parameters: Mapping[str, str]
) -> dict[str, Any]:
    storage = content.storage
    formats = {"InputFormat": storage.input_format, "OutputFormat": storage.output_format}
    library = {"SerializationLibrary": storage.serde} if storage.serde else {}
    return {
        "Columns": [column.as_catalog() for column in columns],
        "Location": location,
        **{key: value for key, value in formats.items() if value},
        "Compressed": content.compression != "none",
        "NumberOfBuckets": -1,
        "SerdeInfo": {**library, "Parameters": dict(storage.serde_parameters)},
        "BucketColumns": [],
        "SortColumns": [],
        "StoredAsSubDirectories": False,
        "Parameters": dict(parameters),
    }
