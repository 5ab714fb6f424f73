"""Amazon Redshift, as the Glue connector reads it: UNLOAD into a folder in S3, then its files.

The schema is the database's: decimals, dates and booleans are typed, NULL is no empty string.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as S

from awsglue.connections import with_connection
from awsglue.data_sink.redshift import connection as redshift
from awsglue.data_sink.redshift import staging, statements, target
from awsglue.data_sink.redshift.authorization import authorization
from awsglue.data_sink.redshift.errors import RedshiftReadError
from awsglue.data_sink.redshift.target import Address
from awsglue.data_source import keys as key_sql
from awsglue.data_source.kinds import DATABASES
from awsglue.errors import InvalidOptionError, NotSupportedError
from awsglue.storage import Storage

_TEXT = "CAST({} AS VARCHAR)"
# By the type's number in the database.
_TYPES: dict[int, S.DataType] = {
    16: S.BooleanType(),
    18: S.StringType(),
    19: S.StringType(),
    20: S.LongType(),
    21: S.ShortType(),
    23: S.IntegerType(),
    25: S.StringType(),
    700: S.FloatType(),
    701: S.DoubleType(),
    705: S.StringType(),
    1042: S.StringType(),
    1043: S.StringType(),
    1082: S.DateType(),
    1083: S.StringType(),
    1114: S.TimestampType(),
    1184: S.TimestampType(),
    1266: S.StringType(),
    4000: S.StringType(),
}
_NUMERIC = 1700
# Parquet files of an UNLOAD have no times of day.
_AS_TEXT = (1083, 1266)
_WITH_ZONE = 1184
_HEADER = 4
# A decimal that the database computed without bounds.
_COMPUTED = S.DecimalType(38, 18)


@dataclass(frozen=True)
class _Column:
    name: str
    type_id: int
    type: S.DataType

    @property
    def sql(self) -> str:
        name = statements.identifier(self.name)
        return f"{_TEXT.format(name)} AS {name}" if self.type_id in _AS_TEXT else name


@dataclass(frozen=True)
class RedshiftSource:
    """What one read takes from a cluster: a table or a query, by way of `temporary` in S3."""

    address: Address
    relation: str
    temporary: str
    iam_role: str = ""
    keys: tuple[str, ...] = field(default=(), repr=False)
    unload_options: str = ""

    def rows(self, session: SparkSession, where: str = "") -> DataFrame:
        """The rows, or those for which the SQL condition `where` holds.

        They are unloaded at once, into a folder of their own that stays there. RedshiftReadError
        has the database's own words.
        """
        condition = f" WHERE {where}" if where else ""
        folder = f"{self.temporary}/{uuid.uuid4()}"
        with redshift.connect(self.address) as connection:
            try:
                columns = _columns(redshift.describe(connection, self.relation))
                listed = ", ".join(column.sql for column in columns)
                query = f"SELECT {listed} FROM {self.relation}{condition}"
                redshift.execute(
                    connection,
                    statements.unload(
                        query,
                        f"{staging.s3_url(folder)}/",
                        authorization(self.iam_role, self.keys),
                        self.unload_options,
                    ),
                )
            except redshift.driver().Error as problem:
                raise RedshiftReadError(
                    f"reading {self.relation} from Redshift failed: {redshift.message(problem)}"
                ) from problem
        schema = S.StructType([S.StructField(column.name, column.type) for column in columns])
        storage = Storage(session)
        # A query without rows leaves nothing in S3.
        found = storage.files(folder) if storage.exists(folder) else ()
        files = [file.path for file in found if not file.path.endswith("/manifest")]
        if not files:
            return session.createDataFrame([], schema)
        unloaded = session.read.parquet(*files)
        # The database writes the columns in the order of the query, whatever it calls them.
        numbered = unloaded.toDF(*(str(position) for position in range(len(columns))))
        return numbered.select(
            *(
                _typed(numbered, str(position), column).alias(column.name)
                for position, column in enumerate(columns)
            )
        )

    def edge(
        self,
        session: SparkSession,
        keys: Sequence[str],
        where: str = "",
        descending: bool = False,
    ) -> tuple[str, ...] | None:
        """The last values of the key columns, as SQL literals; None when no row matches."""
        query = key_sql.edge_query(self.relation, keys, where, _TEXT, descending)
        with redshift.connect(self.address) as connection:
            try:
                types = [
                    column.type for column in _columns(redshift.describe_query(connection, query))
                ]
                row = redshift.first_row(connection, query)
            except redshift.driver().Error as problem:
                raise RedshiftReadError(
                    f"reading keys of {self.relation} from Redshift failed: "
                    f"{redshift.message(problem)}"
                ) from problem
        if any(row[2 * position] is None for position in range(len(keys))):
            return None
        return tuple(
            key_sql.literal(str(row[2 * position + 1]), types[2 * position].simpleString())
            for position in range(len(keys))
        )

    def primary_key(self, session: SparkSession) -> tuple[str, ...]:
        """None: a key in Redshift is a remark of the table's maker that nobody enforces."""
        return ()


@DATABASES.register("redshift")
def of_options(options: Mapping[str, Any]) -> RedshiftSource:
    """The source that connection_options describe (Glue Developer Guide, "Redshift connections").

    url, user, password, database, or connectionName with useConnectionProperties; dbtable or
    query (sampleQuery); redshiftTmpDir, aws_iam_role, extraunloadoptions, temporary_aws_* keys.
    """
    resolved = with_connection(options)
    given = {name: value for name, value in resolved.items() if value not in (None, "")}
    if "DbUser" in given:
        raise NotSupportedError("the Redshift option DbUser", "give user and password")
    if str(given.get("unload_s3_format", "PARQUET")).upper() != "PARQUET":
        raise NotSupportedError("the Redshift option unload_s3_format", "PARQUET is supported")
    temporary = target.temporary_folder(given, "reading from Redshift")
    staging.require_s3(temporary)
    query = str(given.get("sampleQuery") or given.get("query") or "").strip().rstrip(";")
    table = str(given.get("dbtable", "")).strip()
    if not query and not table:
        raise InvalidOptionError(
            "reading from Redshift needs dbtable, such as 'schema.table', or query"
        )
    if table.startswith("("):
        # The connector takes a query in parentheses for a table.
        query, table = query or table[1 : table.rindex(")")], ""
    relation = (
        f"({query}) AS rows_of_query" if query else statements.table_name(target.table_parts(table))
    )
    return RedshiftSource(
        target.address(given, "reading from Redshift"),
        relation,
        temporary,
        str(given.get("aws_iam_role", "")),
        target.temporary_keys(given),
        str(given.get("extraunloadoptions", "")),
    )


def _columns(described: Sequence[redshift.Described]) -> list[_Column]:
    return [
        _Column(name, number, _type(name, number, bounds)) for name, number, bounds in described
    ]


def _type(name: str, number: int, modifier: int) -> S.DataType:
    if number == _NUMERIC:
        if modifier < _HEADER:
            return _COMPUTED
        bounds = modifier - _HEADER
        return S.DecimalType((bounds >> 16) & 0xFFFF, bounds & 0x7FF)
    try:
        return _TYPES[number]
    except KeyError:
        raise NotSupportedError(
            f"reading the Redshift column {name!r} of the type number {number}",
            "cast it to varchar with the option query",
        ) from None


def _typed(frame: DataFrame, name: str, column: _Column) -> Column:
    cell = F.col(f"`{name}`")
    without_zone = isinstance(frame.schema[name].dataType, S.TimestampNTZType)
    if column.type_id == _WITH_ZONE and without_zone:
        # The file has the instant in UTC and doesn't say so.
        cell = F.expr(f"convert_timezone('UTC', current_timezone(), `{name}`)")
    return cell.cast(column.type)
