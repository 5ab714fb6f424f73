"""One contender in this process: python -m bench.quality.worker MODULE TASK RULES DATA OUT LOG RUNS

Each run is announced and reported as a line of JSON in LOG. RULES is what `cases.asked` takes.
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

from pyspark.sql import DataFrame

from bench.quality import session
from bench.quality.cases import Rule, asked
from bench.quality.checking import split_facts


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
        log("checked", **split_facts(spark, output, *module.failures(rules)))
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


if __name__ == "__main__":
    main(sys.argv[1:])
