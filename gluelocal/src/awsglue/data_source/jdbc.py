"""Tables and queries of a database by JDBC, through Spark's own JDBC source."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from awsglue import jdbc
from awsglue.data_source import keys as key_sql
from awsglue.data_source.formats import truth
from awsglue.data_source.kinds import DATABASES
from awsglue.data_source.primary_key import primary_key
from awsglue.errors import InvalidOptionError, NotSupportedError
from awsglue.jdbc import Database

_HASH_PARTITIONS = 7
_REFUSED = ("dataTypeMapping",)
# Spark's JDBC source has them under the same names.
_SPARK_OPTIONS = ("partitionColumn", "lowerBound", "upperBound", "numPartitions")
_TUNING = {"fetchsize": "fetchsize", "fetchSize": "fetchsize"}


@dataclass(frozen=True)
class JdbcSource:
    """What one read takes from a database: a table, or a query.

    `buckets`: one condition a partition of a parallel read.
    """

    database: Database
    relation: str
    buckets: tuple[str, ...] = ()
    open_query: str = ""
    spark_options: tuple[tuple[str, str], ...] = ()
    limit: int | None = None

    def rows(self, session: SparkSession, where: str = "") -> DataFrame:
        """The rows, or those for which the SQL condition `where` holds, in the database's types.

        DriverNotFoundError when the driver's class is missing.
        """
        self.database.ensure_driver(session)
        frame = self._read(session, where)
        return frame if self.limit is None else frame.limit(self.limit)

    def edge(
        self, session: SparkSession, keys: Sequence[str], where: str = "", descending: bool = False
    ) -> tuple[str, ...] | None:
        """The last values of the key columns, as SQL literals; None when no row matches.

        Rows after them are those of `keys.beyond(keys, edge)`. NotSupportedError where the kind of
        database is not known well enough to write its values down.
        """
        text = self.database.vendor.text
        if text is None:
            raise NotSupportedError(
                f"key values of the JDBC connection type {self.database.vendor.name!r}"
            )
        self.database.ensure_driver(session)
        query = key_sql.edge_query(self._aliased(), keys, where, text, descending)
        found = self._load(session, f"({query}) edge_of_keys")
        row = found.first()
        if row is None or any(row[2 * position] is None for position in range(len(keys))):
            return None
        return tuple(
            key_sql.literal(
                str(row[2 * position + 1]), found.schema[2 * position].dataType.simpleString()
            )
            for position in range(len(keys))
        )

    def primary_key(self, session: SparkSession) -> tuple[str, ...]:
        """The columns of the table's primary key; none for a query."""
        self.database.ensure_driver(session)
        return primary_key(
            session, self.database.url, self.database.connection_properties(), self.relation
        )

    def _read(self, session: SparkSession, where: str) -> DataFrame:
        if self.open_query:
            closing = f"({where}) AND " if where else ""
            parts = [f"{self.open_query} {closing}({bucket})" for bucket in self.buckets]
            frames = [self._load(session, f"({part}) rows_of_query") for part in parts]
            first, *others = frames
            for other in others:
                first = first.unionAll(other)
            return first
        table = self.relation
        if where:
            table = f"(SELECT * FROM {self._aliased()} WHERE {where}) rows_of_table"
        elif table.startswith("("):
            table = self._aliased()
        if self.buckets:
            return session.read.jdbc(
                self.database.url,
                table,
                predicates=list(self.buckets),
                properties=self.database.connection_properties(),
            )
        return self._load(session, table, dict(self.spark_options))

    def _aliased(self) -> str:
        return f"{self.relation} rows_of_query" if self.relation.startswith("(") else self.relation

    def _load(
        self, session: SparkSession, table: str, more: Mapping[str, str] | None = None
    ) -> DataFrame:
        reader = session.read.format("jdbc").options(**self.database.connection_properties())
        return reader.options(url=self.database.url, dbtable=table, **(more or {})).load()


def of_options(connection_type: str, options: Mapping[str, Any]) -> JdbcSource:
    """The source that connection_options describe (Glue Developer Guide, "JDBC connections").

    Beside those of `jdbc.of_options`: dbtable (dbTable), query, sampleQuery, sampleSize,
    enablePartitioningForSampleQuery, hashfield, hashexpression, hashpartitions, filterPredicate,
    partitionColumn with lowerBound, upperBound and numPartitions, fetchsize.
    """
    given = {name: value for name, value in options.items() if value not in (None, "")}
    for name in _REFUSED:
        if name in given:
            raise NotSupportedError(f"the JDBC option {name!r}")
    database = jdbc.of_options(connection_type, given)
    buckets = _buckets(database, given)
    spark_options = {name: str(given[name]) for name in _SPARK_OPTIONS if name in given}
    spark_options |= {spark: str(given[name]) for name, spark in _TUNING.items() if name in given}
    sample = str(given.get("sampleQuery", "")).strip().rstrip(";")
    if sample and truth(given.get("enablePartitioningForSampleQuery", False)):
        if not sample.lower().endswith((" where", " and")):
            raise InvalidOptionError(
                "with enablePartitioningForSampleQuery, sampleQuery must end in 'where' or 'and', "
                "since the partitions' conditions are put behind it"
            )
        if not buckets:
            raise InvalidOptionError(
                "enablePartitioningForSampleQuery needs hashfield or hashexpression"
            )
        limit = int(given["sampleSize"]) if "sampleSize" in given else None
        return JdbcSource(database, f"({sample} 1 = 1)", buckets, open_query=sample, limit=limit)
    query = sample or str(given.get("query", "")).strip().rstrip(";")
    table = str(given.get("dbtable") or given.get("dbTable") or "")
    if not query and not table:
        raise InvalidOptionError("a JDBC source needs dbtable, such as 'schema.table', or query")
    relation = f"({query})" if query else table
    if predicate := given.get("filterPredicate"):
        alias = f"{relation} filtered" if query else relation
        relation = f"(SELECT * FROM {alias} WHERE {predicate})"
    # A sample is read by one executor, whatever hashfield says.
    return JdbcSource(
        database, relation, () if sample else buckets, spark_options=tuple(spark_options.items())
    )


def _buckets(database: Database, given: Mapping[str, Any]) -> tuple[str, ...]:
    """Glue Developer Guide, "Reading from JDBC tables in parallel"; 7 partitions by default."""
    field, expression = given.get("hashfield"), given.get("hashexpression")
    if field and expression:
        raise InvalidOptionError("hashfield and hashexpression are both given, choose one")
    if not field and not expression:
        return ()
    try:
        count = int(given.get("hashpartitions", _HASH_PARTITIONS))
    except ValueError:
        count = 0
    if count < 1:
        raise InvalidOptionError(
            f"hashpartitions must be a number from 1, not {given['hashpartitions']!r}"
        )
    vendor = database.vendor
    if field:
        if vendor.hash is None:
            raise NotSupportedError(
                f"hashfield with the JDBC connection type {vendor.name!r}", "use hashexpression"
            )
        expression = vendor.hash.format(field)
    bucket = vendor.bucket.format(expression, count)
    # A row whose expression is NULL belongs to some partition, too.
    first = f"{bucket} = 0 OR {bucket} IS NULL"
    return (first, *(f"{bucket} = {number}" for number in range(1, count)))


for _name in jdbc.CONNECTION_TYPES:
    DATABASES.register(_name)(partial(of_options, _name))
