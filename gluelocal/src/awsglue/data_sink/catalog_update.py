"""The Data Catalog after a write (Glue Developer Guide, "Updating the schema, and adding new
partitions in the Data Catalog using AWS Glue ETL jobs").

Options of the sink: `enableUpdateCatalog`, `updateBehavior` (UPDATE_IN_DATABASE, LOG) and
`partitionKeys`; the table is the one of setCatalogInfo.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from pyspark.sql import types as S

from awsglue import catalog
from awsglue.catalog import CatalogTable, Partition
from awsglue.clients import ClientError
from awsglue.data_sink.table_columns import catalog_column
from awsglue.data_sink.table_storage import DESCRIPTIONS
from awsglue.errors import CatalogUpdateError, InvalidOptionError
from awsglue.options import truth

if TYPE_CHECKING:
    from awsglue.data_sink.sink import CatalogTableName, DataSink

_UPDATE, _LOG = "UPDATE_IN_DATABASE", "LOG"
_WHOLE_FILE_CODECS = ("gzip", "bzip2", "snappy", "lz4", "deflate")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class CatalogUpdate:
    """What a write changes in the catalog, once it has succeeded.

    `found` is the table before the write, None when there is none yet.
    """

    name: "CatalogTableName"
    path: str
    columns: Sequence[Mapping[str, str]]
    keys: Sequence[Mapping[str, str]]
    storage: Mapping[str, Any]
    parameters: Mapping[str, str]
    behavior: str
    found: CatalogTable | None

    def apply(self, folders: Iterable[str]) -> None:
        """Creates or changes the table and adds the partitions of the `folders` written to.

        CatalogUpdateError when the catalog refuses: the rows are there, and it does not know them.
        """
        try:
            if self.found is None:
                self._create()
            elif not self._change(self.found):
                return
            self._add_partitions(sorted(folders))
        except ClientError as problem:
            raise CatalogUpdateError(
                f"the rows are written to {self.path}, but the catalog table {self.name} could not "
                f"be updated: {problem}; run a crawler, or write again after correcting this"
            ) from problem

    def _create(self) -> None:
        storage = {
            "Columns": list(self.columns),
            "Location": f"{self.path}/",
            **self.storage,
        }
        table_input = {
            "Name": self.name.name,
            "TableType": "EXTERNAL_TABLE",
            "PartitionKeys": list(self.keys),
            "StorageDescriptor": storage,
            "Parameters": dict(self.parameters),
        }
        catalog.create_table(self.name.database, table_input, self.name.catalog_id or None)

    def _change(self, table: CatalogTable) -> bool:
        """Whether partitions may be added."""
        before = {
            column["Name"].lower(): column
            for column in table.definition["StorageDescriptor"].get("Columns", [])
        }
        if self.behavior == _LOG:
            other = [column for column in self.columns if not _is_in(column, before)]
            if other:
                _log.warning(
                    "%s: updateBehavior LOG adds partitions only when the table has all columns of "
                    "the rows; it lacks %s, so nothing was changed",
                    self.name,
                    ", ".join(f"{column['Name']} {column['Type']}" for column in other),
                )
            return not other
        after = [{**before.get(column["Name"], {}), **column} for column in self.columns]
        if after == list(before.values()):
            return True
        if not self.keys:
            _log.warning(
                "%s: the columns of the rows differ from the table's, and the schema of a table "
                "without partitionKeys is not updated",
                self.name,
            )
            return False
        catalog.replace_columns(table, after)
        return True

    def _add_partitions(self, folders: Sequence[str]) -> None:
        if not self.keys:
            return
        there = set()
        storage = self.storage
        if self.found is not None:
            there = {partition.values for partition in self.found.partitions()}
            # As the table says, which may have been made by hand.
            storage = self.found.definition["StorageDescriptor"]
        storage = {**storage, "Columns": list(self.columns)}
        partitions = [Partition(_values(folder), f"{self.path}/{folder}/") for folder in folders]
        catalog.add_partitions(
            self.name.database,
            self.name.name,
            [partition for partition in partitions if partition.values not in there],
            storage,
            self.name.catalog_id or None,
        )


def prepare(
    sink: "DataSink", path: str, schema: S.StructType, keys: Sequence[str]
) -> CatalogUpdate | None:
    """What a write will change, None without enableUpdateCatalog; nothing is changed yet.

    InvalidOptionError, before a row is written, for what the service does not support: no
    setCatalogInfo, another format, other partition keys than the table's, nested types in nested
    types. EntityNotFoundError without the database.
    """
    if not truth(sink.options.get("enableUpdateCatalog", False)):
        return None
    name = sink.catalog_table
    if name is None:
        raise InvalidOptionError(
            "enableUpdateCatalog needs a table: call setCatalogInfo(catalogDatabase=..., "
            "catalogTableName=...) on the sink, or write with write_dynamic_frame.from_catalog"
        )
    behavior = str(sink.options.get("updateBehavior") or _UPDATE)
    if behavior not in (_UPDATE, _LOG):
        raise InvalidOptionError(f"updateBehavior is {behavior!r}; valid: {_UPDATE}, {_LOG}")
    _require_format(sink, name)
    stored = [field for field in schema.fields if field.name not in keys]
    columns = [catalog_column(field, str(name)) for field in stored]
    key_columns = [catalog_column(schema[key], str(name)) for key in keys]
    names = [column["Name"] for column in (*columns, *key_columns)]
    if len(set(names)) < len(names):
        raise InvalidOptionError(
            f"{name}: two columns differ in nothing but case, and the catalog's names are lower "
            f"case: {', '.join(names)}"
        )
    found = catalog.find_table(name.database, name.name, name.catalog_id or None)
    if found is not None:
        _require_keys(found, [column["Name"] for column in key_columns])
    described = DESCRIPTIONS.get(_format(sink))(
        sink.format_options, [column["Name"] for column in columns]
    )
    codec = _whole_file_codec(sink)
    parameters = {**described.parameters, "compressionType": codec, "typeOfData": "file"}
    storage = {
        "InputFormat": described.input_format,
        "OutputFormat": described.output_format,
        "Compressed": codec != "none",
        "NumberOfBuckets": -1,
        "SerdeInfo": {
            "SerializationLibrary": described.serde,
            "Parameters": described.serde_parameters,
        },
        "BucketColumns": [],
        "SortColumns": [],
        "StoredAsSubDirectories": False,
        "Parameters": parameters,
    }
    return CatalogUpdate(name, path, columns, key_columns, storage, parameters, behavior, found)


def _format(sink: "DataSink") -> str:
    if sink.format == "parquet" and truth(sink.format_options.get("useGlueParquetWriter", False)):
        return "glueparquet"
    return str(sink.format)


def _require_format(sink: "DataSink", name: "CatalogTableName") -> None:
    chosen = _format(sink)
    if chosen == "parquet":
        raise InvalidOptionError(
            f"{name}: the catalog is updated for parquet only with Glue's own writer: "
            "setFormat('parquet', useGlueParquetWriter=True), or the table parameter "
            "useGlueParquetWriter=true"
        )
    if chosen not in ("csv", "json", "avro", "glueparquet"):
        raise InvalidOptionError(
            f"{name}: the catalog is not updated for the format {chosen!r}; valid: csv, json, "
            "avro, parquet with useGlueParquetWriter"
        )


def _require_keys(table: CatalogTable, keys: Sequence[str]) -> None:
    wanted = [name.lower() for name in table.partition_columns.names]
    if list(keys) != wanted:
        raise InvalidOptionError(
            f"{table} has the partition keys {wanted}, and partitionKeys is {list(keys)}: they "
            "must be the same, in the same order"
        )


def _is_in(column: Mapping[str, str], table: Mapping[str, Mapping[str, str]]) -> bool:
    there = table.get(column["Name"])
    return there is not None and there.get("Type", "string").lower() == column["Type"].lower()


def _whole_file_codec(sink: "DataSink") -> str:
    codec = str(sink.options.get("compression") or "none").lower()
    is_text = sink.format in ("csv", "json")
    return codec if is_text and codec in _WHOLE_FILE_CODECS else "none"


def _values(folder: str) -> tuple[str, ...]:
    """The values of `key=value` folders; Spark writes special characters as %3A."""
    return tuple(unquote(part.partition("=")[2]) for part in folder.split("/"))
