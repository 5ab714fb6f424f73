"""The load: stage the rows, then one transaction on one connection."""

import logging
import struct
from typing import Any

from pyspark.sql.types import StructType

from awsglue.connections import with_connection
from awsglue.data_sink.redshift import connection as redshift
from awsglue.data_sink.redshift import staging, statements, target
from awsglue.data_sink.redshift.authorization import authorization
from awsglue.data_sink.redshift.errors import RedshiftLoadError
from awsglue.data_sink.sink import SINKS, DataSink
from awsglue.frame.dynamic_frame import DynamicFrame

_log = logging.getLogger(__name__)


@SINKS.register("redshift")
class RedshiftSink(DataSink):
    """Options: those of `target.of_options`, or useConnectionProperties with connectionName."""

    def write_rows(self, frame: DynamicFrame) -> None:
        """Adds the rows to the table, all or none.

        On one connection, in one transaction: CREATE TABLE IF NOT EXISTS, preactions, COPY, then
        postactions. A frame without rows skips the COPY alone. RedshiftLoadError names the table
        and what stl_load_errors says; the staged files stay in redshift_tmp_dir.

        An action may end the transaction itself, as the BEGIN … END of an upsert does: what comes
        before its END is then committed, what follows is a transaction of its own.
        """
        goal = target.of_options(with_connection(self.options))
        staging.require_s3(goal.temporary)
        data = frame.toDF()
        table = statements.table_name(goal.table)
        # Both before any row is staged: columns that cannot be, or a wrong password, shall not
        # cost a job's work.
        create = creation(goal, table, data.schema)
        with redshift.connect(goal.address):
            pass
        staged = staging.stage(data, goal.temporary, goal.null_marker, goal.compressed)
        steps = [*create, *statements.actions(goal.preactions, table)]
        if staged.manifest:
            steps.append(
                statements.copy(
                    table,
                    statements.column_names(data.schema),
                    staged.manifest,
                    authorization(goal.iam_role, goal.keys),
                    goal.null_marker,
                    goal.copy_options,
                    goal.compressed,
                )
            )
        steps += statements.actions(goal.postactions, table)
        with redshift.connect(goal.address) as connection:
            run(connection, table, steps, staged.folder)


def creation(goal: target.Target, table: str, schema: StructType) -> list[str]:
    """CREATE TABLE IF NOT EXISTS; nothing for a frame without columns.

    Such is what a source has whose files a bookmark has all seen.
    """
    if not schema.fields:
        return []
    statements.column_names(schema)
    return [statements.create_table(table, schema, goal.attributes)]


# They end the transaction that is open (Redshift, "COMMIT", "END" and "TRUNCATE").
_ENDING = ("COMMIT", "END", "TRUNCATE")


def run(connection: Any, table: str, steps: list[str], folder: str) -> None:
    """Runs the statements in one transaction; RedshiftLoadError after rolling it back.

    When the connection is lost while COMMIT is under way, the error says that its outcome is not
    known.
    """
    driver = redshift.driver()
    # What the driver raises when the server is gone: its own error for that, or the one that comes
    # of taking an empty answer apart. What the server says is a ProgrammingError.
    lost = (driver.InterfaceError, OSError, struct.error)
    step = committed = ""
    try:
        for step in steps:
            redshift.execute(connection, step)
            if statements.first_word(step) in _ENDING:
                committed = statements.first_word(step)
        step = "COMMIT"
        connection.commit()
    except lost as problem:
        ended = "its transaction ends with it"
        if step == "COMMIT":
            ended = "whether COMMIT was done is not known"
        raise RedshiftLoadError(
            f"loading into the Redshift table {table}: the connection was lost at "
            f"{statements.first_word(step)} ({redshift.message(problem)}); {ended}"
        ) from problem
    except driver.Error as problem:
        # A statement's first word: the rest may hold credentials.
        words = f"{statements.first_word(step)}: {redshift.message(problem)}"
        reasons = _reasons(connection, driver, folder)
        outcome = "was rolled back"
        if committed:
            outcome += f" (but for what its {committed} had committed)"
        raise RedshiftLoadError(
            f"loading into the Redshift table {table} failed and {outcome}: {words}{reasons}"
        ) from problem


def _reasons(connection: Any, driver: Any, folder: str) -> str:
    try:
        connection.rollback()
        found = redshift.load_errors(connection, folder)
    except (driver.Error, OSError, struct.error) as problem:
        # The load's own error is the news; that its details are out of reach is a detail.
        _log.warning("stl_load_errors could not be read: %s", redshift.message(problem))
        return ""
    return "".join(f"\n  {line}" for line in found)
