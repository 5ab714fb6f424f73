"""The Spark session that every contender gets, and what it says of the work it has done."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from bench.quality.movies import SCHEMA

HEAP = "4g"
MASTER = "local[2]"
# Two shuffle partitions for two cores; what else differs from Spark's defaults changes no speed.
COMMON = {
    "spark.driver.memory": HEAP,
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.session.timeZone": "UTC",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.ui.retainedJobs": "100000",
    "spark.ui.retainedStages": "100000",
}


def started(settings: Mapping[str, str]) -> SparkSession:
    builder = SparkSession.builder.master(MASTER).appName("bench")
    for name, value in {**COMMON, **settings}.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def movies(spark: SparkSession, folder: Path) -> DataFrame:
    """The schema is given: nobody pays for guessing it."""
    return spark.read.schema(SCHEMA).option("header", True).option("escape", '"').csv(str(folder))


class Work:
    """The jobs and stages since this was made."""

    def __init__(self, spark: SparkSession) -> None:
        self._context = spark.sparkContext
        self._jobs = self._job_ids()
        self._stages = {stage["stage"] for stage in self._stage_list()}

    def jobs(self) -> int:
        return len(self._job_ids() - self._jobs)

    def stages(self) -> list[dict[str, Any]]:
        """By stage: tasks, milliseconds of wall clock, of tasks, of CPU and of GC, and bytes."""
        return [stage for stage in self._stage_list() if stage["stage"] not in self._stages]

    def _store(self) -> Any:
        scala = self._context._jsc.sc()
        scala.listenerBus().waitUntilEmpty()
        return scala.statusStore()

    def _job_ids(self) -> set[int]:
        jobs = self._store().jobsList(None)
        return {jobs.apply(i).jobId() for i in range(jobs.size())}

    def _stage_list(self) -> list[dict[str, Any]]:
        gateway = self._context._gateway
        assert gateway is not None
        doubles = gateway.new_array(gateway.jvm.double, 0)
        nothing = gateway.jvm.java.util.ArrayList()
        stages = self._store().stageList(None, False, False, doubles, nothing)
        found = (stages.apply(i) for i in range(stages.size()))
        return [_described(stage) for stage in found if str(stage.status()) == "COMPLETE"]


def _described(stage: Any) -> dict[str, Any]:
    begun, ended = stage.submissionTime().get(), stage.completionTime().get()
    return {
        "stage": stage.stageId(),
        "name": stage.name(),
        "tasks": stage.numTasks(),
        "wall": ended.getTime() - begun.getTime(),
        "run": stage.executorRunTime(),
        "cpu": stage.executorCpuTime() // 1_000_000,
        "gc": stage.jvmGcTime(),
        "read": stage.inputBytes(),
        "written": stage.outputBytes(),
        "shuffled": stage.shuffleWriteBytes(),
        "spilled": stage.diskBytesSpilled(),
    }
