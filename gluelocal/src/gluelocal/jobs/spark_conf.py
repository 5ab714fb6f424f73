"""The Spark settings that a job run finds: S3A on the account, loopback only, Glue's defaults.

They are written as a spark-defaults.conf, so that a script's own `SparkContext()` gets them with no
line changed, and what the script sets itself still wins.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from gluelocal.account import LOOPBACK, Account
from gluelocal.java import QUICK_START
from gluelocal.jobs import spark_jars

DEFAULTS, LOGGING = "spark-defaults.conf", "log4j2.properties"
"""The files of a conf folder, by the names that Spark looks for."""

HEAP = "spark.driver.memory"
MASTER, LOCAL = "spark.master", "local[*]"
CLASS_PATH = "spark.driver.extraClassPath"


def s3a(account: Account) -> dict[str, str]:
    """S3A, also under the scheme s3:// that Glue scripts use; credentials by environment.

    Its jars are another matter (spark_jars.py).
    """
    return {
        "spark.hadoop.fs.s3.impl": "org.apache.hadoop.fs.s3a.S3AFileSystem",
        "spark.hadoop.fs.s3a.endpoint": account.endpoint_url,
        "spark.hadoop.fs.s3a.endpoint.region": account.settings.region,
        "spark.hadoop.fs.s3a.path.style.access": "true",
        "spark.hadoop.fs.s3a.connection.ssl.enabled": "false",
        "spark.hadoop.fs.s3a.aws.credentials.provider": (
            "com.amazonaws.auth.EnvironmentVariableCredentialsProvider"
        ),
        # Uploads buffer in memory blocks of this size instead of in the machine's temp folder.
        "spark.hadoop.fs.s3a.fast.upload.buffer": "bytebuffer",
    }


def loopback() -> dict[str, str]:
    """No listener of Spark's leaves the machine (its default is the host's address), and no UI."""
    return {
        "spark.driver.bindAddress": LOOPBACK,
        "spark.driver.host": LOOPBACK,
        "spark.ui.enabled": "false",
        # Spark writes each plan's text for that UI all the same; the long form takes a while.
        "spark.sql.ui.explainMode": "simple",
    }


def write_defaults(
    folder: Path,
    account: Account,
    own: Mapping[str, str],
    jars: tuple[str, ...] = (),
    has_s3a: bool = False,
) -> None:
    """Writes the conf folder of one run; `own` are the settings of its --conf argument.

    With `has_s3a` Java's class path has the jars of S3A; without, Spark shall fetch them.

    A run that asks for no memory of its own has Spark's 1 GB, and a JVM that is ready for little
    data early; one that does gets Java's defaults, which are faster in the long run.
    """
    settings = {
        MASTER: LOCAL,
        # UTC, as Glue's workers are.
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.warehouse.dir": str(folder.parent / "warehouse"),
        "spark.ui.showConsoleProgress": "false",
        # A local run has the cores of one machine: Spark's 200 partitions would be 200 tiny tasks.
        "spark.sql.shuffle.partitions": "8",
        # And its few cores share the work evenly only when there are some tasks for each.
        "spark.sql.files.minPartitionNum": str(4 * (os.cpu_count() or 1)),
        **loopback(),
        **s3a(account),
        **({} if HEAP in own else {"spark.driver.extraJavaOptions": QUICK_START}),
        **({"spark.jars": ",".join(jars)} if jars else {}),
        **own,
        # Packages of the run's own come besides S3A's, not in their place.
        **({} if has_s3a else spark_jars.fetching(also=own.get(spark_jars.SETTING, ""))),
    }
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"{key} {value}" for key, value in settings.items()]
    (folder / DEFAULTS).write_text("\n".join(lines) + "\n")
    (folder / LOGGING).write_text(_LOG4J)


_LOG4J = """\
rootLogger.level = warn
rootLogger.appenderRef.stderr.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{yy/MM/dd HH:mm:ss} %p %c{1}: %m%n%ex
logger.native.name = org.apache.hadoop.util.NativeCodeLoader
logger.native.level = error
logger.metrics.name = org.apache.hadoop.metrics2
logger.metrics.level = error
"""
