"""Frames out of databases: by connection_options, or by a catalog table that a crawler made."""

from collections.abc import Mapping
from typing import Any

from pyspark.sql import SparkSession

from awsglue.bookmarks.run import tracked
from awsglue.catalog import CatalogTable
from awsglue.connections import extract_jdbc_conf

# Importing the kinds registers them.
from awsglue.data_source import jdbc, redshift  # noqa: F401
from awsglue.data_source.kinds import DATABASES, DatabaseSource
from awsglue.data_source.new_rows import KEYS, unread_rows
from awsglue.engine.rows import Rows
from awsglue.errors import DataReadError, NotSupportedError

# Parallel reads can be set up in the table as well (Glue Developer Guide, "Reading from JDBC
# tables in parallel").
_TABLE_PARAMETERS = ("hashfield", "hashexpression", "hashpartitions")


def read(
    session: SparkSession,
    connection_type: str,
    options: Mapping[str, Any],
    transformation_ctx: str = "",
) -> Rows:
    """The rows that connection_options describe; with a job bookmark, the new ones."""
    return _unread(session, source(connection_type, options), options, transformation_ctx)


def read_table(
    session: SparkSession,
    table: CatalogTable,
    predicate: str = "",
    options: Mapping[str, Any] | None = None,
    redshift_tmp_dir: str = "",
    transformation_ctx: str = "",
) -> Rows:
    """The rows of a catalog table; with a job bookmark, the new ones."""
    found = source_of_table(table, predicate, options, redshift_tmp_dir)
    return _unread(session, found, options or {}, transformation_ctx)


def _unread(
    session: SparkSession,
    found: DatabaseSource,
    options: Mapping[str, Any],
    transformation_ctx: str,
) -> Rows:
    # The database is asked for the key only where a bookmark needs it.
    wanted = tracked(transformation_ctx) is not None and not options.get(KEYS)
    key = found.primary_key(session) if wanted else ()
    return Rows(unread_rows(session, found, transformation_ctx, options, key))


def source(connection_type: str, options: Mapping[str, Any]) -> DatabaseSource:
    """The source that connection_options describe; nothing is read yet."""
    return DATABASES.get(connection_type)(options)


def is_in_database(table: CatalogTable) -> bool:
    """Whether a crawler found the table in a database."""
    return table.parameters.get("typeOfData") == "table"


def source_of_table(
    table: CatalogTable,
    predicate: str = "",
    options: Mapping[str, Any] | None = None,
    redshift_tmp_dir: str = "",
) -> DatabaseSource:
    """The source of a catalog table, whose Location is database.schema.table.

    DataReadError when the table names no connection.
    """
    name = table.parameters.get("connectionName")
    if not name:
        raise DataReadError(
            f"{table}: the catalog names no connection; set the table parameter 'connectionName'"
        )
    if predicate:
        raise NotSupportedError(
            f"push_down_predicate on {table}, which has no partitions",
            "give additional_options={'sampleQuery': 'select … where …'}",
        )
    database, _, dbtable = table.location.partition(".")
    tuned = {key: table.parameters[key] for key in _TABLE_PARAMETERS if key in table.parameters}
    found = {
        **tuned,
        "useConnectionProperties": "true",
        "connectionName": name,
        "catalogId": table.catalog_id,
        "database": database,
        "dbtable": dbtable,
        "redshiftTmpDir": redshift_tmp_dir,
        **(options or {}),
    }
    return source(extract_jdbc_conf(name, table.catalog_id)["vendor"], found)
