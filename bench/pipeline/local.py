"""A local account of the benchmark's own, with the pipeline deployed, and what is done on it."""

import json
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from bench.pipeline.memory import Peaks, Watch
from bench.pipeline.movies import Movies
from gluelocal import lifecycle, scripts
from gluelocal.account import Account
from gluelocal.jobs.store import OUTPUT_LOG
from imdb_etl.locations import S3Location, raw_folder, summary_object
from imdb_etl.ops import crawl
from imdb_etl.ops.deploy import deploy, upload_file
from imdb_etl.ops.progress import Progress
from imdb_etl.ops.run import ENDED, SUCCEEDED
from imdb_etl.ops.settings import Project
from imdb_etl.ops.target import connect
from imdb_etl.summary import RunSummary

HEAP = "4g"
"""Of the JVM of every job here; a worker of Glue's smallest type has more."""
_POLL = 0.2


@dataclass(frozen=True)
class Ended:
    """A job run that succeeded: its id, its seconds as the service has them, its memory."""

    id: str
    wall: float
    peaks: Peaks


class Local:
    """The account, with the pipeline deployed on it."""

    def __init__(self, account: Account) -> None:
        project = Project.find(Path.cwd())
        settings = project.settings("local")
        pid = lifecycle.running_pid(account.state)
        assert pid is not None
        self.account = account
        self._pid = pid
        self._quiet = Progress(Console(stderr=True))
        target = connect(settings, "local", account.environment())
        self.outputs = deploy(project, settings, target, self._quiet).outputs
        self.table = f"{settings.redshift.schema}.{settings.redshift.table}"
        self.bucket = self.outputs["DataBucket"]
        self.s3, self._glue = target.client("s3"), target.client("glue")
        self.ruleset = settings.ruleset

    def land(self, movies: Movies) -> S3Location:
        """Uploads the files into a folder of their own and has it crawled."""
        folder = raw_folder(self.bucket, f"movies_{movies.facts.rows}")
        for file in movies.files:
            upload_file(self.s3, file, folder / file.name)
        crawler = self.outputs["SourceCrawler"]
        crawl.point_at(self._glue, crawler, str(folder))
        (found,) = crawl.crawl(self._glue, [crawler], self._quiet)
        if not found.succeeded:
            raise SystemExit(f"the crawl of {folder} ended as {found.status}: {found.error}")
        return folder

    def pipeline(
        self, source: S3Location, conf: Mapping[str, str] | None = None
    ) -> tuple[Ended, RunSummary]:
        """A run of the pipeline on `source`, with settings of Spark's."""
        job = self.outputs["JobName"]
        arguments = {"--ruleset": self.ruleset, "--source_path": str(source), **_conf(conf)}
        with Watch(self._pid) as peaks:
            run_id = self._glue.start_job_run(JobName=job, Arguments=arguments)["JobRunId"]
            found = self._glue.get_job_run(JobName=job, RunId=run_id)["JobRun"]
            while found["JobRunState"] not in ENDED:
                time.sleep(_POLL)
                found = self._glue.get_job_run(JobName=job, RunId=run_id)["JobRun"]
        place = summary_object(self.bucket, run_id)
        ended = self._ended(found, peaks)
        body = self.s3.get_object(Bucket=place.bucket, Key=place.key)["Body"].read()
        return ended, RunSummary.from_json(body.decode())

    def script(self, script: Path, **arguments: str) -> tuple[Ended, dict[str, float]]:
        """A script as a job run, and the seconds that its last line has, as JSON."""
        given = {f"--{name}": value for name, value in arguments.items()} | _conf(None)
        with Watch(self._pid) as peaks:
            found = scripts.run_script(self.account, script, given, lambda _: None)
        ended = self._ended(found, peaks)
        folder = scripts.find_run(self.account, script.stem, ended.id)
        printed = (folder / OUTPUT_LOG).read_text().splitlines()
        seconds: dict[str, float] = json.loads(printed[-1])
        return ended, seconds

    def delete(self, prefix: str) -> None:
        """Every object of the data bucket under a prefix."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        for page in pages:
            keys = [{"Key": found["Key"]} for found in page.get("Contents", ())]
            if keys:
                self.s3.delete_objects(Bucket=self.bucket, Delete={"Objects": keys})

    def _ended(self, run: Mapping[str, Any], peaks: Peaks) -> Ended:
        if run["JobRunState"] != SUCCEEDED:
            raise SystemExit(
                f"the job {run['JobName']} ended as {run['JobRunState']}: {run.get('ErrorMessage')}"
            )
        return Ended(run["Id"], (run["CompletedOn"] - run["StartedOn"]).total_seconds(), peaks)


def _conf(conf: Mapping[str, str] | None) -> dict[str, str]:
    settings = {"spark.driver.memory": HEAP, **(conf or {})}
    return {"--conf": " --conf ".join(f"{name}={value}" for name, value in settings.items())}


@contextmanager
def deployed() -> Iterator[Local]:
    """An account on free ports, its state in a temporary folder; gone at the end."""
    with tempfile.TemporaryDirectory(prefix="imdb-etl-bench-") as folder:
        state = Path(folder) / "state"
        try:
            yield Local(lifecycle.up(state, port=0, redshift_port=0).account)
        finally:
            lifecycle.down(state)
