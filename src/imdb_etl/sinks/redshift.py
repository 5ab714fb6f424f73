"""Step 5, valid rows: staged in S3, then one COPY and one load in one transaction.

The Redshift connector of Glue writes the frame to S3 and then, on one connection and in one
transaction, runs the preactions, COPY and the postactions (spark-redshift, RedshiftWriter). So the
target changes as a whole or not at all.
"""

import logging
import re
import time
from collections.abc import Set as AbstractSet

from pyspark.sql import DataFrame

from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from imdb_etl.config import RedshiftTarget
from imdb_etl.errors import AuditError, SinkError
from imdb_etl.locations import S3Location
from imdb_etl.sinks.statements import AUDIT_MARK, REPEAT_MARK, LoadStatements

logger = logging.getLogger(__name__)

_RETRYABLE = re.compile(
    r"serializable isolation violation|could not serialize|deadlock detected"
    r"|connection (was )?(refused|reset|timed out|closed|aborted|lost)|connection is (closed|lost)"
    r"|cannot connect|broken ?pipe|terminating connection|server (socket )?closed"
    r"|unexpected(ly)? clos|communication error"
    r"|end of file|\beof\b|read 0 bytes|i/o error|is shutting down|starting up|in recovery"
    r"|SlowDown|ServiceUnavailable|\b503\b|timed? ?out",
    re.IGNORECASE,
)
# The database's own words, after which nothing of the transaction stands. Only these are trusted to
# say so: how a lost connection is worded, every connector decides for itself.
_UNDONE = re.compile(
    r"does not exist|authentication failed|permission denied|stl_load_errors"
    r"|could not serialize|serializable isolation violation|deadlock detected",
    re.IGNORECASE,
)
_REPEATED = re.compile(rf"{REPEAT_MARK}: (load \S+)")
_MAX_MESSAGE = 600
_PAUSES = (1.0, 4.0)
"""Seconds before the second and the third try."""


def load(
    glue: GlueContext,
    rows: DataFrame,
    target: RedshiftTarget,
    statements: LoadStatements,
    temporary: S3Location,
) -> None:
    """Loads the rows. SinkError: the target is as it was, unless the answer to COMMIT was lost.

    A load that failed for a passing reason is tried again. That is safe whatever became of the
    first try: the transaction refuses a load that is recorded, and this refusal is the proof that
    the first COMMIT was done though its answer never came.
    """
    for pause in (*_PAUSES, None):
        try:
            _write(glue, rows, target, statements, temporary)
        except Exception as problem:
            # Which class arrives depends on the connector (a Java error on Glue), so the text
            # decides.
            if _REPEATED.search(str(problem)):
                logger.warning("the load was committed before, and only its answer was lost")
                return
            error = translate(problem, target)
            if pause is None or not isinstance(error, SinkError) or not error.retryable:
                raise error from problem
            logger.warning("%s; trying again in %s s", error, pause)
            time.sleep(pause)
        else:
            return


def _write(
    glue: GlueContext,
    rows: DataFrame,
    target: RedshiftTarget,
    statements: LoadStatements,
    temporary: S3Location,
) -> None:
    glue.write_dynamic_frame.from_jdbc_conf(
        frame=DynamicFrame.fromDF(rows, glue, "valid"),
        catalog_connection=target.connection,
        connection_options={
            "dbtable": statements.staging,
            "database": target.database,
            "preactions": ";".join(statements.before),
            "postactions": ";".join(statements.after),
            **_authorization(target),
        },
        redshift_tmp_dir=str(temporary),
        transformation_ctx="redshift",
    )


def _authorization(target: RedshiftTarget) -> dict[str, str]:
    return {"aws_iam_role": target.role} if target.role else {}


def recorded(
    glue: GlueContext, target: RedshiftTarget, table: str, column: str, temporary: S3Location
) -> AbstractSet[str]:
    """The values of one column of an audit table (names.LOADS_TABLE or LOAD_FILES_TABLE).

    The whole table is read by UNLOAD: it has one row a load, or one a loaded file.
    """
    try:
        frame = glue.create_dynamic_frame.from_options(
            connection_type="redshift",
            connection_options={
                "useConnectionProperties": "true",
                "connectionName": target.connection,
                "database": target.database,
                "dbtable": f"{target.schema}.{table}",
                "redshiftTmpDir": str(temporary),
                **_authorization(target),
            },
        )
        return {row[0] for row in frame.toDF().select(column).collect()}
    except Exception as problem:
        raise SinkError(
            f"Redshift did not answer what {target.schema}.{table} holds: {_first_line(problem)} "
            "(nothing was loaded; `imdb-etl deploy` makes the table)",
            retryable=_is_retryable(problem),
            undone=True,
        ) from problem


def translate(problem: Exception, target: RedshiftTarget) -> SinkError | AuditError:
    """The connector's error as one line, with what did not change and whether to try again."""
    message = _first_line(problem)
    table = f"{target.schema}.{target.table}"
    if AUDIT_MARK in message:
        return AuditError(f"{message}; the load was rolled back, and {table} is as before")
    retryable = _is_retryable(problem)
    advice = "run again" if retryable else "mend the cause, then run again"
    if _UNDONE.search(message):
        return SinkError(
            f"Redshift did not take the rows for {table}, which is as before: {message} ({advice})",
            retryable=retryable,
            undone=True,
        )
    return SinkError(
        f"Redshift did not take the rows for {table}: {message} ({advice}: a load that was "
        "committed all the same is found, and is not done twice)",
        retryable=retryable,
        undone=False,
    )


def _is_retryable(problem: Exception) -> bool:
    return _RETRYABLE.search(str(problem)) is not None


def _first_line(problem: Exception) -> str:
    return " ".join(str(problem).split("\n\tat ", 1)[0].split())[:_MAX_MESSAGE]
