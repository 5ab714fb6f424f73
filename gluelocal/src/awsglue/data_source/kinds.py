"""The registry of databases as sources, by their connection type."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from pyspark.sql import DataFrame, SparkSession

from awsglue.registry import Registry


class DatabaseSource(Protocol):
    """A table or a query of a database; `where` is SQL of the database's own."""

    def rows(self, session: SparkSession, where: str = "") -> DataFrame:
        """All rows, or those for which `where` holds."""

    def edge(
        self, session: SparkSession, keys: Sequence[str], where: str = "", descending: bool = False
    ) -> tuple[str, ...] | None:
        """The key columns' last values as SQL literals, for `keys.beyond`; None without rows."""

    def primary_key(self, session: SparkSession) -> tuple[str, ...]:
        """The columns of the table's primary key; none where there is no such key."""


DATABASES: Registry[Callable[[Mapping[str, Any]], DatabaseSource]] = Registry("connection type")
"""connection_options in, the source they describe out."""
