"""Seconds until the account answers and its idle memory; beside bare MiniStack, in the same run.

The peer serves the AWS half alone: no Redshift, no mail, and for Glue jobs and crawlers only
answers. What each says of a job that must fail and of a crawl over a real file is measured too.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from bench.report import Section
from gluelocal import lifecycle
from gluelocal.clients import Clients

SAMPLE = Path("data/imdb_top_1000.csv")
ROLE = "arn:aws:iam::000000000000:role/bench"
WARM_STARTS = 3


@dataclass(frozen=True)
class Answers:
    """What a stack says of a job that raises and of a crawl over the sample."""

    failing_job: str
    tables_crawled: int


def measure() -> Section:
    with tempfile.TemporaryDirectory() as folder:
        ours = _gluelocal(Path(folder) / "ours")
        peer = _ministack(Path(folder))
    rows = [
        ["first start (s)", f"{ours['first']:.2f}", f"{peer['first']:.2f}"],
        ["later starts, median of 3 (s)", f"{ours['warm']:.2f}", f"{peer['warm']:.2f}"],
        ["idle memory (MB)", f"{ours['memory']:.0f}", f"{peer['memory']:.0f}"],
        ["a job whose script raises ends as", ours["answers"].failing_job,
         peer["answers"].failing_job],
        ["tables after a crawl of the sample", str(ours["answers"].tables_crawled),
         str(peer["answers"].tables_crawled)],
    ]  # fmt: skip
    ratio = ours["warm"] / peer["warm"]
    return Section(
        title="The account by itself",
        about=(
            "From the command to the first answer; the first start makes the database. Memory is "
            "proportional set size of all processes. gluelocal serves Redshift, mail, crawlers and "
            f"job runs besides MiniStack's services: {ratio:.1f}x MiniStack's start."
        ),
        heads=["", "gluelocal", "MiniStack alone"],
        rows=rows,
    )


def _gluelocal(state: Path) -> dict[str, Any]:
    def start() -> float:
        started = time.perf_counter()
        lifecycle.up(state, port=0, redshift_port=0)
        return time.perf_counter() - started

    first = start()
    warm = []
    for _ in range(WARM_STARTS):
        lifecycle.down(state)
        warm.append(start())
    try:
        account = lifecycle.up(state).account
        pid = lifecycle.running_pid(state)
        assert pid is not None
        memory = lifecycle.memory_bytes(pid) / 1e6
        answers = _ask(Clients(account))
    finally:
        lifecycle.down(state)
    return {
        "first": first,
        "warm": statistics.median(warm),
        "memory": memory,
        "answers": answers,
    }


def _ministack(folder: Path) -> dict[str, Any]:
    port = 24566
    environment = os.environ | {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "LOG_LEVEL": "ERROR",
        "TMPDIR": str(folder),
    }

    def start() -> tuple[float, "subprocess.Popen[bytes]"]:
        started = time.perf_counter()
        process = subprocess.Popen([sys.executable, "-m", "ministack"], env=environment)
        while not _answers(f"http://127.0.0.1:{port}/_ministack/health"):
            time.sleep(0.01)
        return time.perf_counter() - started, process

    first, process = start()
    warm = []
    for _ in range(WARM_STARTS):
        process.terminate()
        process.wait()
        seconds, process = start()
        warm.append(seconds)
    try:
        memory = lifecycle.memory_bytes(process.pid) / 1e6
        session = boto3.session.Session("test", "test", region_name="us-east-1")

        def client(service: str) -> Any:
            return session.client(service, endpoint_url=f"http://127.0.0.1:{port}")

        answers = _ask(client)
    finally:
        process.terminate()
        process.wait()
    return {
        "first": first,
        "warm": statistics.median(warm),
        "memory": memory,
        "answers": answers,
    }


def _ask(client: Callable[[str], Any]) -> Answers:
    """Runs a job that must fail and a crawl that must find one table, and waits for both."""
    s3, glue = client("s3"), client("glue")
    s3.create_bucket(Bucket="bench")
    s3.put_object(Bucket="bench", Key="fail.py", Body=b"raise SystemExit(1)\n")
    s3.upload_file(str(SAMPLE), "bench", "raw/films/films.csv")
    command = {"Name": "glueetl", "ScriptLocation": "s3://bench/fail.py"}
    glue.create_job(Name="fail", Role=ROLE, Command=command)
    run_id = glue.start_job_run(JobName="fail")["JobRunId"]
    glue.create_database(DatabaseInput={"Name": "bench"})
    glue.create_crawler(
        Name="films",
        Role=ROLE,
        DatabaseName="bench",
        Targets={"S3Targets": [{"Path": "s3://bench/raw/films/"}]},
    )
    glue.start_crawler(Name="films")
    deadline = time.monotonic() + 60
    state = crawler = ""
    while time.monotonic() < deadline:
        state = glue.get_job_run(JobName="fail", RunId=run_id)["JobRun"]["JobRunState"]
        crawler = glue.get_crawler(Name="films")["Crawler"]["State"]
        if state not in ("STARTING", "RUNNING") and crawler == "READY":
            break
        time.sleep(0.1)
    return Answers(state, len(glue.get_tables(DatabaseName="bench")["TableList"]))


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1):
            return True
    except (urllib.error.URLError, ConnectionError):
        return False
