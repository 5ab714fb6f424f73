"""The pytest plugin of `gluelocal[test]`: fixtures for people who test their own Glue jobs.

pytest finds it by its entry point; there is nothing to import or to configure.
"""

import functools
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gluelocal.extras import MissingExtraError, extras_named
from gluelocal.java import QUICK_START, JavaMissingError, java_home

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from awsglue.context import GlueContext

NEEDS_JAVA = "needs_java"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", f"{NEEDS_JAVA}: starts Spark; skipped on a machine that has no usable Java"
    )


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker(NEEDS_JAVA) is not None and (reason := _no_java()):
        pytest.skip(reason)


@functools.cache
def _no_java() -> str | None:
    """Why Spark cannot start; None when it can."""
    try:
        java_home()
    except JavaMissingError as problem:
        return str(problem)
    return None


@contextmanager
def _installed() -> Iterator[None]:
    """Fails a test with one line when what it needs is of an extra that is not installed."""
    try:
        with extras_named():
            yield
    except MissingExtraError as problem:
        pytest.fail(str(problem), pytrace=False)


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[SparkSession]":
    """One Spark session for the whole test run: two threads, UTC, loopback only, few partitions."""
    with _installed():
        from pyspark.sql import SparkSession

        from gluelocal.jobs import jvm, spark_jars

    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    # Spark's Python workers need this environment's packages, not those of the PATH's python3.
    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = (
        SparkSession.builder.master("local[2]")
        .appName("tests")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.memory", "1500m")
        .config("spark.driver.extraJavaOptions", QUICK_START)
        .config("spark.ui.enabled", "false")
        .config("spark.sql.ui.explainMode", "simple")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.warehouse.dir", str(tmp_path_factory.mktemp("warehouse")))
    )
    with jvm.of_this_process(java_home(), spark_jars.fetched()):
        session = builder.getOrCreate()
    yield session
    session.stop()


@pytest.fixture(scope="session")
def glue_context(spark: "SparkSession") -> "GlueContext":
    """A GlueContext on `spark`, for functions that take or return DynamicFrames."""
    from awsglue.context import GlueContext

    return GlueContext(spark.sparkContext)


@dataclass(frozen=True)
class LocalAccount:
    """A running account of a test run's own: free ports, a state folder of its own."""

    state: Path
    environment: dict[str, str]
    """What `gluelocal env` prints for it."""
    client: Callable[[str], Any]
    """`client("s3")` is a boto3 client that talks to it."""

    def redshift(self) -> Any:
        """A new redshift_connector connection; the caller closes it."""
        import redshift_connector

        return redshift_connector.connect(
            host=self.environment["REDSHIFT_HOST"],
            port=int(self.environment["REDSHIFT_PORT"]),
            database=self.environment["REDSHIFT_DATABASE"],
            user=self.environment["REDSHIFT_USER"],
            password=self.environment["REDSHIFT_PASSWORD"],
            ssl=False,
        )

    def mails(self) -> list[Any]:
        """The mails that have arrived so far, oldest first."""
        from gluelocal.mail import read_mails

        return list(read_mails(Path(self.environment["GLUELOCAL_MAILBOX"])))


@dataclass(frozen=True)
class JobResult:
    """How a job run ended."""

    state: str
    error: str | None
    logs: str
    run_id: str


@pytest.fixture(scope="session")
def local_account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAccount]:
    """One account for the whole test run; it is stopped at the end."""
    with _installed():
        from gluelocal import lifecycle
        from gluelocal.clients import Clients

    state = tmp_path_factory.mktemp("account")
    account = lifecycle.up(state, port=0, redshift_port=0).account
    yield LocalAccount(state, account.environment(), Clients(account))
    lifecycle.down(state)


@pytest.fixture(scope="session")
def run_job(local_account: LocalAccount) -> Callable[..., JobResult]:
    """`run_job(script, source_path="s3://...")` runs a script as a job run, to its end.

    The keywords are the run's arguments, without their dashes; the job is named after the script.
    """
    from gluelocal import scripts
    from gluelocal.account import Account

    account = Account.open(local_account.state)

    def run(script: Path | str, **arguments: str) -> JobResult:
        given = {f"--{key}": value for key, value in arguments.items()}
        job_run = scripts.run_script(account, Path(script), given, lambda _: None)
        folder = scripts.find_run(account, job_run["JobName"], job_run["Id"])
        return JobResult(
            state=job_run["JobRunState"],
            error=job_run.get("ErrorMessage"),
            logs="\n".join(scripts.read_logs(folder)),
            run_id=job_run["Id"],
        )

    return run
