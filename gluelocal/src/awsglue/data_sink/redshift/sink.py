"""The load: stage the rows, then one transaction on one connection."""

import logging
from typing import Any

import boto3

from awsglue.connections import extract_jdbc_conf
from awsglue.data_sink.redshift import connection as redshift
from awsglue.data_sink.redshift import staging, statements, target
from awsglue.data_sink.redshift.errors import RedshiftLoadError
from awsglue.data_sink.redshift.target import Target
from awsglue.data_sink.sink import SINKS, DataSink
from awsglue.errors import InvalidOptionError
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
        """
        goal = target.of_options(self._with_connection())
        staging.require_s3(goal.temporary)
        data = frame.toDF()
        columns = statements.column_names(data.schema)
        table = statements.table_name(goal.table)
        create = statements.create_table(table, data.schema)
        # Before any row is staged: a wrong password shall not cost a job's work.
        with redshift.connect(goal.address):
            pass
        staged = staging.stage(data, goal.temporary, goal.null_marker)
        steps = [create, *statements.actions(goal.preactions, table)]
        if staged.manifest:
            steps.append(
                statements.copy(
                    table,
                    columns,
                    staged.manifest,
                    _authorization(goal),
                    goal.null_marker,
                    goal.copy_options,
                )
            )
        steps += statements.actions(goal.postactions, table)
        with redshift.connect(goal.address) as connection:
            run(connection, table, steps, staged.folder)

    def _with_connection(self) -> dict[str, Any]:
        options = dict(self.options)
        if str(options.get("useConnectionProperties", False)).lower() != "true":
            return options
        name = options.get("connectionName")
        if not name:
            raise InvalidOptionError("useConnectionProperties needs connectionName")
        conf = extract_jdbc_conf(name)
        return {
            "url": conf["fullUrl"],
            "user": conf["user"],
            "password": conf["password"],
            **options,
        }


def run(connection: Any, table: str, steps: list[str], folder: str) -> None:
    """Runs the statements in one transaction; RedshiftLoadError after rolling it back."""
    driver = redshift.driver()
    step = ""
    try:
        for step in steps:
            redshift.execute(connection, step)
        connection.commit()
    except driver.Error as problem:
        # A statement's first word: the rest may hold credentials.
        words = f"{step.split(None, 1)[0]}: {redshift.message(problem)}"
        reasons = _reasons(connection, driver, folder)
        raise RedshiftLoadError(
            f"loading into the Redshift table {table} failed and was rolled back: {words}{reasons}"
        ) from problem


def _reasons(connection: Any, driver: Any, folder: str) -> str:
    try:
        connection.rollback()
        found = redshift.load_errors(connection, folder)
    except driver.Error as problem:
        # The load's own error is the news; that its details are out of reach is a detail.
        _log.warning("stl_load_errors could not be read: %s", redshift.message(problem))
        return ""
    return "".join(f"\n  {line}" for line in found)


def _authorization(goal: Target) -> str:
    if goal.iam_role:
        return statements.role(goal.iam_role)
    if goal.keys:
        if len(goal.keys) == 1:
            raise InvalidOptionError(
                "temporary_aws_access_key_id needs temporary_aws_secret_access_key beside it"
            )
        return statements.credentials(*goal.keys)
    found = boto3.session.Session().get_credentials()
    if found is None:
        raise InvalidOptionError(
            "COPY needs the right to read the staged files: give aws_iam_role, or run with AWS "
            "credentials in the environment"
        )
    frozen = found.get_frozen_credentials()
    return statements.credentials(frozen.access_key, frozen.secret_key, frozen.token or "")
