"""Databases by JDBC, through Spark's own JDBC source: rows are added to a table.

Every INSERT names its columns, so rows go to columns of their names, whatever the order.
"""

from typing import Any

from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]
from pyspark.errors import AnalysisException

from awsglue import jdbc
from awsglue.data_sink.sink import SINKS, DataSink
from awsglue.errors import GlueRuntimeError, InvalidOptionError, NotSupportedError
from awsglue.frame.dynamic_frame import DynamicFrame

_REDSHIFT_ONLY = ("preactions", "postactions", "extracopyoptions")


class JdbcWriteError(GlueRuntimeError):
    """The database refused rows; what other partitions have committed stays."""


class JdbcSink(DataSink):
    """Options: those of `jdbc.of_options`, dbtable, bulkSize (how many connections write)."""

    connection_type = "jdbc"

    def write_rows(self, frame: DynamicFrame) -> None:
        """Adds the rows to dbtable, which is made when it is not there.

        Each Spark partition is a transaction of its own, as on the service. DriverNotFoundError
        when the driver's class is missing, JdbcWriteError with the database's own words.
        """
        for name in _REDSHIFT_ONLY:
            if self.options.get(name):
                raise NotSupportedError(
                    f"the option {name!r} with the connection type {self.connection_type!r}",
                    "it is Redshift's",
                )
        table = str(self.options.get("dbtable") or self.options.get("dbTable") or "")
        if not table:
            raise InvalidOptionError("a JDBC sink needs dbtable, such as 'public.movies'")
        database = jdbc.of_options(self.connection_type, self.options)
        data = frame.toDF()
        names = [name.lower() for name in data.columns]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise InvalidOptionError(
                f"these columns differ in case alone and would be one: {', '.join(twice)}; "
                "rename them first"
            )
        database.ensure_driver(self.glue_context.spark_session)
        options = {**database.connection_properties(), "url": database.url, "dbtable": table}
        if self.options.get("bulkSize"):
            options["numPartitions"] = str(self.options["bulkSize"])
        try:
            data.write.format("jdbc").mode("append").options(**options).save()
        except AnalysisException as problem:
            raise JdbcWriteError(f"writing to {table} failed: {problem}") from problem
        except Py4JJavaError as problem:
            raise JdbcWriteError(
                f"writing to {table} failed: {_cause(problem.java_exception)}"
            ) from problem


def _cause(thrown: Any) -> str:
    """What the driver said; Spark wraps it into the story of its tasks."""
    while thrown.getCause() is not None:
        thrown = thrown.getCause()
    return str(thrown.getMessage())


def _register(name: str) -> None:
    kind: type[DataSink] = type("JdbcSink", (JdbcSink,), {"connection_type": name})
    SINKS.register(name)(kind)


for _name in jdbc.CONNECTION_TYPES:
    _register(_name)
