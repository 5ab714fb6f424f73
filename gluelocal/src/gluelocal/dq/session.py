"""A Spark session for one command: quiet, on this machine alone."""

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from gluelocal.account import Account
from gluelocal.errors import GluelocalError
from gluelocal.java import QUICK_START, java_home
from gluelocal.jobs.spark_conf import loopback, s3a

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_LAST_LINES = 15
_FOR_SMALL_DATA = {
    "spark.driver.extraJavaOptions": QUICK_START,
    "spark.sql.codegen.wholeStage": "false",
}


class SparkStartError(GluelocalError):
    """PySpark is not installed, or its Java process did not start."""


@contextlib.contextmanager
def spark_session(account: Account | None, small: bool = False) -> Iterator["SparkSession"]:
    """The process's session, if it has one, else a new one that ends with the block.

    `account`: whose S3 the session reads and writes. `small`: the data is so small that compiling
    for speed would take longer than the work. What Java writes to its standard error goes
    to a file that is shown when Spark does not start: what matters later comes as an exception.
    """
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise SparkStartError(
            "PySpark is not installed. Run: pip install 'gluelocal[spark]'"
        ) from None
    active = SparkSession.getActiveSession()
    if active is not None:
        yield active
        return
    with tempfile.TemporaryDirectory(prefix="gluelocal-dq-") as folder:
        log = Path(folder) / "spark.log"
        session = _started(account, small, Path(folder), log)
        try:
            yield session
        finally:
            session.stop()


def _started(account: Account | None, small: bool, folder: Path, log: Path) -> "SparkSession":
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    # After PySpark, which a missing extra is better told by.
    from gluelocal.jobs import jvm, spark_jars

    jars = spark_jars.fetched()
    os.environ["SPARK_LOCAL_IP"] = loopback()["spark.driver.host"]
    os.environ["PYSPARK_PYTHON"] = sys.executable
    settings = {
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.ui.showConsoleProgress": "false",
        # One machine's cores: Spark's 200 partitions would be 200 tiny tasks.
        "spark.sql.shuffle.partitions": str(os.cpu_count() or 2),
        **loopback(),
    }
    if small:
        settings |= _FOR_SMALL_DATA
    if account is not None:
        os.environ.update(account.aws_environment())
        settings |= s3a(account) | ({} if jars else spark_jars.fetching())
    builder = SparkSession.builder.appName("gluelocal dq").master("local[*]")
    for key, value in settings.items():
        builder = builder.config(key, value)
    try:
        with jvm.of_this_process(java_home(), jars), _outputs_to(log):
            return builder.getOrCreate()
    except (PySparkException, RuntimeError, OSError) as problem:
        tail = log.read_text(errors="replace").splitlines()[-_LAST_LINES:]
        raise SparkStartError("\n".join([f"Spark did not start: {problem}", *tail])) from problem


@contextlib.contextmanager
def _outputs_to(log: Path) -> Iterator[None]:
    """Both outputs of this process, which a child inherits as they are when it starts."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    kept = [os.dup(1), os.dup(2)]
    with log.open("wb") as file:
        for descriptor in (1, 2):
            os.dup2(file.fileno(), descriptor)
        try:
            yield
        finally:
            for descriptor, original in zip((1, 2), kept, strict=True):
                os.dup2(original, descriptor)
                os.close(original)
