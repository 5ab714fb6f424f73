"""The registry of file formats; a new one is a module beside this one that registers itself."""

from collections.abc import Mapping
from typing import Any, Protocol

from pyspark.sql import SparkSession

from awsglue.catalog import CatalogTable
from awsglue.data_source.files import FileSet
from awsglue.engine.rows import Rows
from awsglue.errors import NotSupportedError
from awsglue.options import truth as truth
from awsglue.registry import Registry


class FileFormat(Protocol):
    """How files of one format become rows.

    `by_folders`: Spark reads the format for the service as well, so a path takes in its `key=value`
    folders, and their values become columns. `finds_partitions`: `read_table` takes the partition
    columns that `files` names from the folders.
    """

    by_folders: bool
    finds_partitions: bool

    def read(self, session: SparkSession, files: FileSet, options: Mapping[str, Any]) -> Rows:
        """Rows of files that nothing is known of but `format_options`."""

    def read_table(self, session: SparkSession, files: FileSet, table: CatalogTable) -> Rows:
        """Rows of a catalog table's files; its columns in the catalog's order and types."""


FORMATS: Registry[FileFormat] = Registry("format")


def refuse_options(format_name: str, options: Mapping[str, Any], refused: tuple[str, ...]) -> None:
    """Raises NotSupportedError for an option that would change the result and is not there."""
    for name in refused:
        if options.get(name) not in (None, "", False, "false"):
            raise NotSupportedError(f"format_options {name!r} of {format_name}")
