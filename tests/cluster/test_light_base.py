"""docs/spark-submit.md: its script on a cluster with Spark, a bare Python, and no account."""

import json
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from py4j.protocol import Py4JJavaError

from awsglue.context import GlueContext
from awsgluedq.transforms import EvaluateDataQuality

pytestmark = [pytest.mark.slow]

PAGE = Path(__file__).parents[2] / "docs" / "spark-submit.md"
SCRIPT = re.compile(r'```python title="check_movies.py"\n(?P<text>.*?)```', re.DOTALL)
PACKAGES = ("awsglue", "awsgluedq", "dqdl", "lark")
RESULT = "DataQualityEvaluationResult"
SUBMIT = Path(sys.executable).with_name("spark-submit")
SUBMIT_SECONDS = 900

SETTINGS = {
    "spark.driver.host": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.executor.memory": "512m",
    "spark.eventLog.enabled": "true",
    # Four rows: compiling for speed takes longer than the work.
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1",
    "spark.executor.extraJavaOptions": "-XX:TieredStopAtLevel=1",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.shuffle.partitions": "2",
}

# Appended to a script: what an executor could import.
PROBE = """
import importlib.util


def found(_):
    names = ("awsglue", "dqdl", "gluelocal", "boto3")
    return [[name for name in names if importlib.util.find_spec(name) is not None]]


seen = context.spark_session.sparkContext.parallelize([1, 2], 2).mapPartitions(found).collect()
print("EXECUTORS", sorted(set(sum(seen, []))))
"""


@pytest.fixture(scope="module")
def light(wheels, tmp_path_factory):
    """A folder with the wheel's packages and lark, and nothing else."""
    folder = tmp_path_factory.mktemp("light")
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "install"),
            *("--target", folder, "--no-deps", "--no-compile", wheels["gluelocal"]),
            *("--constraint", PAGE.parents[1] / "constraints.txt", "lark"),
        ],
        check=True,
    )
    for found in folder.iterdir():
        if found.name not in PACKAGES:
            shutil.rmtree(found)
    return folder


@pytest.fixture(scope="module")
def archive(light, tmp_path_factory):
    target = tmp_path_factory.mktemp("archive") / "light.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for file in sorted(light.rglob("*")):
            out.write(file, file.relative_to(light))
    return target


@dataclass(frozen=True)
class Submitted:
    """What an application has written, what its executors could import, and which they were."""

    outcomes: dict
    titles: list
    importable: list
    executors: set


class Submit:
    def __init__(self, cluster):
        self._cluster = cluster

    def __call__(self, folder, script, *options):
        (folder / "source").mkdir()
        rows = "title,rating\nHeat,8.3\nCats,2.8\n,7.0\nAlien,85\n"
        (folder / "source" / "movies.csv").write_text(rows)
        (folder / "events").mkdir()
        settings = SETTINGS | {"spark.eventLog.dir": (folder / "events").as_uri()}
        (folder / "check_movies.py").write_text(script)
        ended = subprocess.run(
            [
                *(SUBMIT, "--master", self._cluster.url, *options),
                *(word for pair in settings.items() for word in ("--conf", "=".join(pair))),
                *("check_movies.py", *((folder / name).as_uri() for name in ("source", "target"))),
            ],
            cwd=folder,
            env=self._cluster.environment,
            capture_output=True,
            text=True,
            timeout=SUBMIT_SECONDS,
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        said = re.search(r"EXECUTORS (.*)", ended.stdout)
        return Submitted(
            {row["Rule"]: row["Outcome"] for row in written(folder / "target" / "outcomes")},
            sorted(row["title"] for row in written(folder / "target" / "movies")),
            json.loads(said.group(1).replace("'", '"')),
            executors(folder / "events"),
        )


def written(folder):
    files = [file for file in folder.iterdir() if file.name.startswith("run-")]
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]


def executors(folder):
    """The ids of all executors that ran a task."""
    (log,) = folder.iterdir()
    events = map(json.loads, log.read_text().splitlines())
    ended = (event for event in events if event["Event"] == "SparkListenerTaskEnd")
    return {event["Task Info"]["Executor ID"] for event in ended}


@pytest.fixture(scope="module")
def submit(bare_cluster):
    return Submit(bare_cluster)


@pytest.fixture(scope="module")
def script():
    return SCRIPT.search(PAGE.read_text(encoding="utf-8"))["text"]


def test_the_pages_script_with_the_archive(submit, script, archive, tmp_path):
    done = submit(tmp_path, script + PROBE, "--py-files", archive)
    assert archive.stat().st_size < 1_000_000
    assert done.titles == ["Cats", "Heat"]
    assert list(done.outcomes.values()) == ["Passed", "Failed", "Failed"]
    assert done.importable == ["awsglue", "dqdl"]
    assert done.executors == {"0", "1"}


def test_without_python_by_row_the_executors_need_no_python(spark, tmp_path, monkeypatch):
    monkeypatch.setattr(spark.sparkContext, "pythonExec", str(tmp_path / "no-python"))
    context = GlueContext(spark.sparkContext)
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "movies.csv").write_text("title,rating\nHeat,8.3\n,7.0\n")
    movies = context.create_dynamic_frame.from_options(
        connection_type="s3",
        connection_options={"paths": [(tmp_path / "source").as_uri()]},
        format="csv",
        format_options={"withHeader": True},
    )
    rules = 'Rules = [ RowCount = 2, ColumnLength "title" >= 1 ]'
    judged = EvaluateDataQuality().process_rows(frame=movies, ruleset=rules)
    context.write_dynamic_frame.from_options(
        frame=judged.select("rowLevelOutcomes"),
        connection_type="s3",
        connection_options={"path": (tmp_path / "target").as_uri()},
        format="json",
    )
    results = {row["title"]: row[RESULT] for row in written(tmp_path / "target")}
    assert results == {"Heat": "Passed", "": "Failed"}
    # Rows that go through Python do look for one.
    with pytest.raises(Py4JJavaError, match="no-python"):
        movies.filter(lambda row: row["title"]).count()
