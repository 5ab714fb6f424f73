"""The job by spark-submit on a cluster: its executors are processes of their own, on two workers.

What it loads and rejects must be what the account's own run on local[*] does.
"""

import json
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from gluelocal.account import Account
from gluelocal.jobs.spark_conf import write_defaults
from imdb_etl.locations import raw_folder, rejected_folder
from imdb_etl.names import RUN_ID
from imdb_etl.ops.package import build_package

pytestmark = [pytest.mark.slow]

SUBMIT = Path(sys.executable).with_name("spark-submit")
SUBMIT_SECONDS = 240
TARGET = "movies.imdb_movies"


@dataclass(frozen=True)
class Outcome:
    """The rows of the target and the rejected rows, as often as each is there."""

    loaded: Counter
    rejected: Counter


@dataclass(frozen=True)
class Application(Outcome):
    """And what Spark has recorded: the executors that ran tasks, and the plans of all queries."""

    executors: frozenset[str]
    plans: tuple[str, ...]


@pytest.fixture(scope="module")
def on_one_machine(first_run, deployment):
    assert first_run.code == 0, first_run.errors
    return Outcome(loaded(deployment), rejected(deployment, first_run.result["job_run_id"]))


@pytest.fixture(scope="module")
def on_the_cluster(on_one_machine, cluster, deployment, project, settings, tmp_path_factory):
    """The same input into a table that is empty again."""
    assert on_one_machine.loaded
    deployment.execute(f"delete from {TARGET}")
    folder = tmp_path_factory.mktemp("submitted")
    (folder / "events").mkdir()
    (folder / "driver").mkdir()
    own = {
        "spark.master": cluster.url,
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": (folder / "events").as_uri(),
    }
    write_defaults(folder / "conf", Account.open(deployment.account.state), own)
    outputs = deployment.outputs
    job = deployment.client("glue").get_job(JobName=outputs["JobName"])["Job"]
    run_id = "jr_on_the_cluster"
    arguments = job["DefaultArguments"] | {
        "--JOB_NAME": outputs["JobName"],
        "--JOB_RUN_ID": run_id,
        "--source_path": str(raw_folder(outputs["DataBucket"], settings.source_name)),
    }
    script = project.root / "jobs" / "imdb_etl_job.py"
    ended = subprocess.run(
        [
            *(SUBMIT, "--py-files", build_package(project.root, folder), script),
            *(word for argument in arguments.items() for word in argument),
        ],
        cwd=folder / "driver",
        env=cluster.environment | {"SPARK_CONF_DIR": str(folder / "conf")},
        capture_output=True,
        text=True,
        timeout=SUBMIT_SECONDS,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    (log,) = (folder / "events").iterdir()
    events = [json.loads(line) for line in log.read_text().splitlines()]
    return Application(
        loaded(deployment), rejected(deployment, run_id), executors(events), plans(events)
    )


def test_both_workers_and_no_driver_did_the_work(on_the_cluster):
    assert on_the_cluster.executors == {"0", "1"}


def test_no_query_reads_or_writes_files_of_one_machine(on_the_cluster):
    assert any("s3://" in plan for plan in on_the_cluster.plans)
    assert not [plan for plan in on_the_cluster.plans if "file:/" in plan]


def test_the_same_rows_are_loaded(on_one_machine, on_the_cluster):
    assert on_the_cluster.loaded == on_one_machine.loaded


def test_the_same_rows_are_rejected_for_the_same_reasons(on_one_machine, on_the_cluster):
    assert on_one_machine.rejected
    assert on_the_cluster.rejected == on_one_machine.rejected


def loaded(deployment):
    return Counter(deployment.query(f"select * from {TARGET}"))


def rejected(deployment, run_id):
    """The run's rejects without its id; the order of outcomes in an array is nobody's promise."""
    folder = rejected_folder(deployment.outputs["DataBucket"], run_id)
    rows = deployment.json_lines(f"{folder}run-")
    return Counter(
        json.dumps(
            {
                name: sorted(value) if isinstance(value, list) else value
                for name, value in row.items()
                if name != RUN_ID
            },
            sort_keys=True,
        )
        for row in rows
    )


def executors(events):
    """The ids of all executors that ran a task."""
    ended = (event for event in events if event["Event"] == "SparkListenerTaskEnd")
    return frozenset(event["Task Info"]["Executor ID"] for event in ended)


def plans(events):
    """The physical plan of every query, with the places that it reads and writes."""
    return tuple(
        event["physicalPlanDescription"] for event in events if "physicalPlanDescription" in event
    )
