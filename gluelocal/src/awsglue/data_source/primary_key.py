"""The primary key of a table, as its database tells it through JDBC."""

from collections.abc import Mapping
from typing import Any

from pyspark.sql import SparkSession


def primary_key(
    session: SparkSession, url: str, properties: Mapping[str, str], table: str
) -> tuple[str, ...]:
    """The columns in the key's order; none for a table without a primary key, and for a query.

    `properties` are those of Spark's JDBC source (driver, user, password), `table` may have its
    schema before a dot. The driver's class must be loaded.
    """
    if table.startswith("("):
        return ()
    jvm: Any = session._jvm
    spark: Any = jvm.org.apache.spark.sql
    options = spark.execution.datasources.jdbc.JDBCOptions(
        jvm.PythonUtils.toScalaMap({**properties, "url": url, "dbtable": table})
    )
    schema, _, name = table.rpartition(".")
    connection = spark.jdbc.JdbcDialects.get(url).createConnectionFactory(options).apply(-1)
    try:
        found = connection.getMetaData().getPrimaryKeys(None, schema or None, name)
        columns = []
        while found.next():
            columns.append((int(found.getShort("KEY_SEQ")), str(found.getString("COLUMN_NAME"))))
    finally:
        connection.close()
    return tuple(column for _, column in sorted(columns))
