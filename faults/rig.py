"""The pipeline as it is deployed, with a proxy before each of its two stores.

    job ──▶ storage proxy ──▶ account (S3, Glue, Secrets Manager, EventBridge)
     └────▶ warehouse proxy ──▶ Redshift ──▶ copying proxy ──▶ account (COPY's reads)

The account is given; Redshift, the proxies and the deployment (a stack of its own) are made here.
"""

import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from boto3 import Session
from botocore.config import Config
from rich.console import Console

from awsgluedq.account import ENDPOINT_VARIABLE, JOB_NAME_VARIABLE, JOB_RUN_VARIABLE
from faults.disk import Disk
from faults.inputs import InputFile
from faults.job_process import JobProcess, Run
from faults.redshift import RedshiftProcess
from faults.storage_proxy import StorageProxy
from faults.warehouse_proxy import WarehouseProxy
from gluelocal.account import Account
from gluelocal.java import QUICK_START, java_home
from gluelocal.jobs.spark_conf import write_defaults
from imdb_etl.locations import raw_folder
from imdb_etl.ops import crawl
from imdb_etl.ops.deploy import deploy
from imdb_etl.ops.parameters import SCRIPT_KEY
from imdb_etl.ops.progress import Progress
from imdb_etl.ops.settings import CONFIG_KEY, Project
from imdb_etl.ops.target import Redshift, Target

STACK = "imdb-etl-faults"
# A run that cannot go on shall say so soon: with the usual limits it would try for minutes.
_IMPATIENCE = {
    "spark.hadoop.fs.s3a.attempts.maximum": "2",
    "spark.hadoop.fs.s3a.retry.limit": "2",
    "spark.hadoop.fs.s3a.retry.interval": "100ms",
    "spark.hadoop.fs.s3a.retry.throttle.limit": "3",
    "spark.hadoop.fs.s3a.retry.throttle.interval": "100ms",
    "spark.hadoop.fs.s3a.connection.timeout": "20000",
}
# A run on some hundred rows is planning and compiling, and most processes here die soon: what the
# JVM's second compiler gains comes too late. None of it changes a row.
_SMALL_RUNS = {
    "spark.sql.constraintPropagation.enabled": "false",
    "spark.sql.codegen.cache.maxEntries": "2000",
    # The plan as text for Spark's user interface, which nobody opens here.
    "spark.sql.ui.explainMode": "simple",
    "spark.driver.extraJavaOptions": QUICK_START,
    "spark.executor.extraJavaOptions": QUICK_START,
}
_CONNECT_SECONDS = 5


class Rig:
    """Everything that a fault needs. `open` starts it, `close` stops what it started."""

    def __init__(self, project: Project, folder: Path, account: Account) -> None:
        self.project = project
        self.folder = folder
        self.account = account
        settings = account.settings
        self.storage = StorageProxy("127.0.0.1", settings.port)
        self.copying = StorageProxy("127.0.0.1", settings.port)
        aws = account.aws_environment() | {"AWS_ENDPOINT_URL": self.copying.url}
        self.redshift = RedshiftProcess(folder / "warehouse", aws)
        self.disk = Disk(folder / "spill")
        self._runs = 0
        self._processes: list[tuple[JobProcess, Path]] = []

    def open(self) -> None:
        """Starts the parts and deploys."""
        self.storage.start()
        self.copying.start()
        self.redshift.start()
        self.warehouse = WarehouseProxy(self.redshift.port)
        self.warehouse.start()
        self.disk.open()
        settings = replace(self.project.settings("local"), stack_name=STACK)
        self.columns = [column.name for column in settings.columns]
        # The deployment is made through no proxy but for Redshift's, whose port it must name.
        behind = replace(self.redshift.address, port=self.warehouse.port)
        target = self._target(behind)
        progress = Progress(Console(file=sys.stderr, force_terminal=False))
        deployed = deploy(self.project, settings, target, progress)
        self.outputs = deployed.outputs
        self.bucket = deployed.outputs["DataBucket"]
        self.s3, self.glue = self._client("s3"), self._client("glue")

    def close(self) -> None:
        self.storage.stop()
        self.copying.stop()
        self.warehouse.stop()
        self.redshift.stop()
        self.disk.close()

    def restart_redshift(self) -> None:
        """Brings Redshift back after it was killed; no-op while it runs."""
        if not self.redshift.alive:
            self.redshift.start()
            self.warehouse.upstream_port = self.redshift.port

    def crawl(self, name: str) -> None:
        """Lets the crawler make the table of an input that was put; `like` copies it."""
        crawler = self.outputs["SourceCrawler"]
        crawl.point_at(self.glue, crawler, str(raw_folder(self.bucket, name)))
        progress = Progress(Console(file=sys.stderr, force_terminal=False))
        (crawled,) = crawl.crawl(self.glue, [crawler], progress)
        assert crawled.succeeded, crawled.error
        table = self.glue.get_table(DatabaseName=self.outputs["GlueDatabase"], Name=name)["Table"]
        kept = ("StorageDescriptor", "PartitionKeys", "TableType", "Parameters")
        self._table = {key: table[key] for key in kept if key in table}

    def put_input(self, name: str, files: tuple[InputFile, ...]) -> None:
        """Uploads an input."""
        folder = raw_folder(self.bucket, name)
        for file in files:
            self.s3.put_object(
                Bucket=self.bucket, Key=(folder / file.name).key, Body=file.text.encode()
            )

    def require_table(self, name: str) -> None:
        """Makes an input's catalog table as the crawler made that of the first, unless it is there.

        A killed account forgets what its catalog has got since it was started.
        """
        database = self.outputs["GlueDatabase"]
        try:
            self.glue.get_table(DatabaseName=database, Name=name)
        except self.glue.exceptions.EntityNotFoundException:
            location = {"Location": str(raw_folder(self.bucket, name))}
            descriptor = self._table["StorageDescriptor"] | location
            table = self._table | {"Name": name, "StorageDescriptor": descriptor}
            self.glue.create_table(DatabaseName=database, TableInput=table)

    def new_run(self, name: str) -> Run:
        """A run of the deployed job on an input, with an id of its own."""
        self._runs += 1
        run_id = f"jr_{self._runs:064x}"
        job = self.outputs["JobName"]
        source = str(raw_folder(self.bucket, name))
        given = {
            "--JOB_NAME": job,
            "--JOB_RUN_ID": run_id,
            "--job-bookmark-option": "job-bookmark-disable",
            "--TempDir": f"s3://{self.bucket}/tmp/",
            "--config": f"s3://{self.outputs['ArtifactsBucket']}/{CONFIG_KEY}",
            "--ruleset": "movies",
            "--source_path": source,
        }
        arguments = tuple(part for pair in given.items() for part in pair)
        environment = {JOB_NAME_VARIABLE: job, JOB_RUN_VARIABLE: run_id}
        return Run(run_id, source, arguments, environment)

    def new_process(self, master: str = "local[2]") -> JobProcess:
        """A worker whose every way to S3 and the other services leads through the proxy."""
        name = f"process-{len(self._processes)}"
        folder = self.folder / name
        folder.mkdir(parents=True)
        spill = self.disk.folder / name
        spill.mkdir()
        for process, left in self._processes:
            # A process that was killed could not clear up.
            if not process.alive:
                shutil.rmtree(left, ignore_errors=True)
        behind = self.account.with_ports(self.storage.port, 0)
        spark = {
            "spark.master": master,
            "spark.driver.memory": "1g",
            "spark.executor.memory": "768m",
            "spark.sql.shuffle.partitions": "2",
            "spark.local.dir": str(spill),
            **_SMALL_RUNS,
            **_IMPATIENCE,
        }
        write_defaults(folder / "conf", behind, spark)
        no_profiles = folder / "aws-config"
        no_profiles.touch()
        kept = {
            name: text
            for name, text in os.environ.items()
            if not name.startswith("AWS_") and name not in ("SPARK_HOME", "PYSPARK_SUBMIT_ARGS")
        }
        environment = {
            **kept,
            **behind.aws_environment(),
            "AWS_CONFIG_FILE": str(no_profiles),
            "AWS_SHARED_CREDENTIALS_FILE": str(no_profiles),
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_MAX_ATTEMPTS": "2",
            "SPARK_CONF_DIR": str(folder / "conf"),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "JAVA_HOME": str(java_home()),
            "PYSPARK_PYTHON": sys.executable,
            "PYSPARK_DRIVER_PYTHON": sys.executable,
            ENDPOINT_VARIABLE: self.storage.url,
        }
        made = JobProcess(self.project.root / SCRIPT_KEY, environment, folder / "log")
        self._processes.append((made, spill))
        return made

    def _target(self, redshift: Redshift) -> Target:
        return Target(
            "local", self._session(), self.account.endpoint_url, self.account.mailbox, redshift
        )

    def _session(self) -> Session:
        settings = self.account.settings
        return Session(
            settings.access_key_id, settings.secret_access_key, region_name=settings.region
        )

    def _client(self, service: str) -> Any:
        config = Config(connect_timeout=_CONNECT_SECONDS, ignore_configured_endpoint_urls=True)
        return self._session().client(
            service, endpoint_url=self.account.endpoint_url, config=config
        )
