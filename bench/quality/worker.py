"""One contender in this process: python -m bench.quality.worker MODULE TASK RULES DATA OUT LOG RUNS

Each run is announced and reported as a line of JSON in LOG. RULES is a number of row-level rules,
with `+unique` behind it when uniqueness is asked besides.
"""

import importlib
import json
import platform
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from bench.quality import session
from bench.quality.cases import UNIQUE, Rule, ruleset

WITH_UNIQUE = "+unique"


def asked(rules: str) -> tuple[Rule, ...]:
    count = int(rules.removesuffix(WITH_UNIQUE))
    return ruleset(count) + ((UNIQUE,) if rules.endswith(WITH_UNIQUE) else ())


class Log:
    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self, event: str, **facts: object) -> None:
        with self._path.open("a") as file:
            file.write(json.dumps({"event": event, **facts}) + "\n")


def main(arguments: list[str]) -> None:
    module_name, task, rules_text, data, out, log_path, runs = arguments
    log, output = Log(Path(log_path)), Path(out)
    rules = asked(rules_text)
    module = importlib.import_module(f"bench.quality.contenders.{module_name}")
    spark = session.started(getattr(module, "SETTINGS", {}))
    frame = session.movies(spark, Path(data))
    log("ready", pyspark=version("pyspark"), python=platform.python_version())
    answer: Any = None
    for number in range(int(runs)):
        shutil.rmtree(output, ignore_errors=True)
        spark.catalog.clearCache()
        work = session.Work(spark)
        log("begun", run=number)
        begun = time.perf_counter()
        answer = _task(module, task, frame, rules, output)()
        seconds = time.perf_counter() - begun
        log("ended", run=number, seconds=seconds, jobs=work.jobs(), stages=work.stages())
    log("checking")
    if task == "split":
        log("checked", **_split_facts(spark, output, *module.failures(rules)))
    elif task == "outcomes":
        log("checked", passed=answer)
    elif task == "reference":
        log("checked", **answer)
    shutil.rmtree(output, ignore_errors=True)
    # A library's threads must not keep the process (Deequ's callbacks come through a server).
    spark.stop()
    log("done")


def _task(
    module: ModuleType, task: str, frame: DataFrame, rules: Sequence[Rule], output: Path
) -> Callable[[], object]:
    function = getattr(module, task)
    match task:
        case "scan":
            return lambda: function(frame)
        case "copy":
            return lambda: function(frame, str(output))
        case "split":
            return lambda: function(frame, rules, str(output / "valid"), str(output / "rejected"))
        case _:
            return lambda: function(frame, rules)


def _split_facts(spark: SparkSession, output: Path, schema: str, failed: str) -> dict[str, int]:
    """Read back from the files, the rejected rows by the ids and the failures in them."""
    valid = spark.read.parquet(str(output / "valid"))
    rejected = spark.read.schema(f"id BIGINT, {schema}").json(str(output / "rejected"))
    sizes = {side: _bytes(output / side) for side in ("valid", "rejected")}
    return {
        "valid": valid.count(),
        "valid_bytes": sizes["valid"],
        "rejected_bytes": sizes["rejected"],
        **fingerprint(rejected, failed),
    }


def fingerprint(rejected: DataFrame, failed: str) -> dict[str, int]:
    row = rejected.agg(
        F.count(F.lit(1)),
        F.expr("coalesce(sum(CAST(xxhash64(id) AS DECIMAL(20, 0))), 0)"),
        F.expr(f"coalesce(sum({failed}), 0)"),
    ).first()
    assert row is not None
    return {"rejected": row[0], "ids": int(row[1]), "failures": int(row[2])}


def _bytes(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir())


if __name__ == "__main__":
    main(sys.argv[1:])
