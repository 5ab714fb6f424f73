"""Amazon Ion files, text or binary, read in Python by the library amazon.ion.

Every record goes through Python twice: the values' types are known only from all of them.
"""

import importlib
import importlib.util
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from pyspark.sql import SparkSession

from awsglue.catalog import CatalogTable
from awsglue.data_source import documents
from awsglue.data_source.catalog_columns import catalog_columns
from awsglue.data_source.files import FileSet
from awsglue.data_source.formats import FORMATS
from awsglue.engine.records import from_records
from awsglue.engine.rows import Rows
from awsglue.errors import NotSupportedError


class IonFormat:
    """Ion; every top-level value is a struct, and that is a row."""

    by_folders = False
    finds_partitions = False

    def read(self, session: SparkSession, files: FileSet, options: Mapping[str, Any]) -> Rows:
        """Columns and types of all the data; values of several types make a field a choice.

        Symbols are strings, blobs and clobs are binary, decimals keep their digits. There are no
        options (Glue Developer Guide, "Using the Ion format in AWS Glue").
        """
        _require_library()
        with documents.parsing("ion"):
            return from_records(session, documents.parsed(session, files, _records), {})

    def read_table(self, session: SparkSession, files: FileSet, table: CatalogTable) -> Rows:
        """The catalog's columns by name, in the types that the files have."""
        return catalog_columns(self.read(session, files, {}), table)


# The library's values are of its own subclasses, which Spark does not take.
_PYTHON: dict[str, Callable[[Any], Any]] = {
    "BOOL": bool,
    "INT": int,
    "FLOAT": float,
    "DECIMAL": Decimal,
    "TIMESTAMP": lambda value: datetime.fromisoformat(value.isoformat()),
    "SYMBOL": lambda value: str(getattr(value, "text", value)),
    "STRING": str,
    "BLOB": bytes,
    "CLOB": bytes,
}


def _require_library() -> None:
    if importlib.util.find_spec("amazon") is None or not importlib.util.find_spec("amazon.ion"):
        raise NotSupportedError("reading ion without amazon.ion", "pip install gluelocal[ion]")


def _records(_: str, content: bytes) -> Iterator[dict[str, Any]]:
    simpleion = importlib.import_module("amazon.ion.simpleion")
    errors = importlib.import_module("amazon.ion.exceptions")
    try:
        values = simpleion.loads(content, single_value=False)
    except errors.IonException as problem:
        raise ValueError(f"it is no Ion: {problem}") from problem
    for value in values:
        record = _plain(value)
        if not isinstance(record, dict):
            raise ValueError(f"{str(value)[:80]} is no struct, and so no record")
        yield record


def _plain(value: Any) -> Any:
    """An Ion value as the Python value that it stands for."""
    kind = getattr(getattr(value, "ion_type", None), "name", "")
    if value is None or type(value).__name__ == "IonPyNull":
        return None
    if kind in _PYTHON:
        return _PYTHON[kind](value)
    if isinstance(value, Mapping):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value


FORMATS.register("ion")(IonFormat())
