"""Which partitions of a catalog table a read takes."""

from collections.abc import Sequence

from pyspark.errors import AnalysisException, ParseException
from pyspark.sql import Row, SparkSession
from pyspark.sql import functions as F

from awsglue.catalog import CatalogTable, Partition, partition_value
from awsglue.clients import ClientError
from awsglue.engine.paths import column, quoted
from awsglue.errors import InvalidOptionError

_INVALID = ("InvalidInputException", "ValidationException")
_PLACE = "__position"


def matching(
    session: SparkSession, table: CatalogTable, predicate: str, expression: str
) -> list[Partition]:
    """The partitions for which both are true; InvalidOptionError for one that cannot be evaluated.

    `predicate` (push_down_predicate) is Spark SQL on the partition columns; `expression`
    (catalogPartitionPredicate) is the catalog's own language, which Spark SQL contains (Glue
    Developer Guide, "Managing partitions for ETL output in AWS Glue"; Glue API, GetPartitions).
    """
    names = table.partition_columns.names
    if not names:
        for option, given in (
            ("push_down_predicate", predicate),
            ("catalogPartitionPredicate", expression),
        ):
            if given:
                raise InvalidOptionError(
                    f"{table} has no partition columns, so there is nothing that {option} "
                    f"{given!r} could select; filter the frame instead"
                )
        return []
    try:
        found = table.partitions(expression)
    except ClientError as problem:
        if problem.response["Error"]["Code"] not in _INVALID:
            raise
        raise InvalidOptionError(
            f"{table}: the catalog cannot evaluate catalogPartitionPredicate {expression!r}: "
            f"{problem.response['Error']['Message']}; it may use {', '.join(names)}"
        ) from problem
    # The catalog of a local account may answer with partitions that do not meet the expression.
    for option, condition in (
        ("catalogPartitionPredicate", expression),
        ("push_down_predicate", predicate),
    ):
        if condition:
            found = _matching(session, table, found, option, condition)
    return found


def _matching(
    session: SparkSession,
    table: CatalogTable,
    partitions: Sequence[Partition],
    option: str,
    condition: str,
) -> list[Partition]:
    names = table.partition_columns.names
    listed = session.createDataFrame(
        [
            (*map(partition_value, partition.values), position)
            for position, partition in enumerate(partitions)
        ],
        ", ".join([*(f"{quoted(name)} string" for name in names), f"{_PLACE} int"]),
    )
    typed = listed.select(
        *(column(f.name).cast(f.dataType).alias(f.name) for f in table.partition_columns),
        _PLACE,
    )
    try:
        kept = typed.filter(F.expr(condition)).select(_PLACE).collect()
    except (AnalysisException, ParseException) as problem:
        raise InvalidOptionError(
            f"{table}: {option} {condition!r} is no condition on the partition columns "
            f"({', '.join(names)}): {_first_line(problem)}"
        ) from problem
    return [partitions[_place(row)] for row in kept]


def _place(row: Row) -> int:
    return int(row[_PLACE])


def _first_line(problem: Exception) -> str:
    return next((line for line in str(problem).splitlines() if line.strip()), "")
