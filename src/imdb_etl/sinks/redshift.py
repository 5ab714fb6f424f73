"""Step 5, valid rows: staged in S3, then one COPY and one merge in one transaction.

The Redshift connector of Glue writes the frame to S3 and then, on one connection and in one
transaction, runs the preactions, COPY and the postactions (spark-redshift, RedshiftWriter). So the
target changes as a whole or not at all, and running the same input again changes nothing.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import DataFrame

from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from imdb_etl.config import RedshiftTarget
from imdb_etl.errors import SinkError
from imdb_etl.locations import S3Location

_RETRYABLE = re.compile(
    r"serializable isolation violation|could not serialize|deadlock detected"
    r"|connection (refused|reset|timed out)|terminating connection|server closed the connection"
    r"|SlowDown|ServiceUnavailable",
    re.IGNORECASE,
)
_AUDIT_MARK = "imdb-etl audit"
_MAX_MESSAGE = 600


@dataclass(frozen=True)
class MergeStatements:
    """The SQL around COPY; `before` and `after` are single statements without a semicolon."""

    staging: str
    before: tuple[str, ...]
    after: tuple[str, ...]


def merge_statements(
    target: RedshiftTarget, columns: Sequence[str], run_id: str, expected: int
) -> MergeStatements:
    """Stages into a table of its own, checks it, and replaces the rows of the same keys.

    `expected` is the number of rows that COPY must have put there; with another number the
    transaction fails. Delete and insert is AWS's own pattern for a merge that replaces whole rows
    (Redshift developer guide, "Merge method 1").
    """
    table = f"{target.schema}.{target.table}"
    # A run id has 67 characters, and with the table's name would be longer than a name may be.
    staging = f"{table[:40]}_stage_{hashlib.sha256(run_id.encode()).hexdigest()[:12]}"
    names = ", ".join(columns)
    same_key = " and ".join(f"{table}.{name} = {staging}.{name}" for name in target.key)
    return MergeStatements(
        staging,
        before=(
            f"drop table if exists {staging}",
            # LIKE keeps NOT NULL, widths and the distribution key, so COPY is as strict as the
            # target, and the delete joins on one node.
            f"create table {staging} (like {table})",
        ),
        after=(
            _count_check(staging, expected),
            # Two loads at once would each delete nothing and both insert.
            f"lock table {table}",
            f"delete from {table} using {staging} where {same_key}",
            f"insert into {table} ({names}) select {names} from {staging}",
            f"drop table {staging}",
        ),
    )


def _count_check(staging: str, expected: int) -> str:
    """Fails, with both numbers in the message, when the table has another number of rows.

    SQL outside a procedure has no RAISE. A text that is no number, cast to one, fails in Redshift
    and in PostgreSQL alike, and both put the text into the message. It depends on the count, so
    no planner evaluates it in advance.
    """
    return (
        f"select case when count(*) = {expected} then 0 else "
        f"cast('{_AUDIT_MARK}: {expected} rows were sent and COPY loaded ' || "
        f"cast(count(*) as varchar(20)) as integer) end from {staging}"
    )


def load(
    glue: GlueContext,
    rows: DataFrame,
    target: RedshiftTarget,
    statements: MergeStatements,
    temporary: S3Location,
) -> None:
    """Loads the rows; raises SinkError, and then the target is as it was."""
    try:
        glue.write_dynamic_frame.from_jdbc_conf(
            frame=DynamicFrame.fromDF(rows, glue, "valid"),
            catalog_connection=target.connection,
            connection_options={
                "dbtable": statements.staging,
                "database": target.database,
                "preactions": ";".join(statements.before),
                "postactions": ";".join(statements.after),
            },
            redshift_tmp_dir=str(temporary),
            transformation_ctx="redshift",
        )
    except Exception as problem:
        # Which class arrives depends on the connector (a Java error on Glue), so the text decides.
        raise translate(problem, target) from problem


def translate(problem: Exception, target: RedshiftTarget) -> SinkError:
    """The connector's error as one line, with what did not change and whether to try again."""
    message = " ".join(str(problem).split("\n\tat ", 1)[0].split())[:_MAX_MESSAGE]
    retryable = _RETRYABLE.search(message) is not None
    advice = "the same run may succeed later" if retryable else "mend the cause, then run again"
    return SinkError(
        f"Redshift did not take the rows for {target.schema}.{target.table}, which is as before: "
        f"{message} ({advice})",
        retryable=retryable,
    )
