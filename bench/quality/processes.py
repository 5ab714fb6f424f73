"""Runs one contender's task in a process of its own, with a limit, and looks at its memory."""

import json
import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from bench.quality import environments
from bench.quality.contenders import Contender

_EVERY = 0.1
# Starting Spark, the first resolution of a Maven package, and counting what was written.
_AROUND = 900.0
OUTPUT = Path("build/bench/output")


@dataclass(frozen=True)
class Task:
    """`rules` as the worker takes them."""

    name: str
    rules: str = "0"


@dataclass
class Measured:
    """One process. `failed` is set when it did not get to its end, with the reason."""

    seconds: list[float] = field(default_factory=list)
    jobs: list[int] = field(default_factory=list)
    stages: list[list[dict[str, Any]]] = field(default_factory=list)
    peak: int = 0
    facts: dict[str, Any] = field(default_factory=dict)
    over_limit: bool = False
    failed: str = ""


def run(contender: Contender, task: Task, data: Path, runs: int, limit: float) -> Measured:
    """`runs` times the task in one process; `limit` seconds for each."""
    try:
        python = environments.python(contender)
    except environments.NotInstalledError as problem:
        return Measured(failed=f"not installed: {problem}")
    output = OUTPUT / contender.name
    with tempfile.TemporaryDirectory() as folder:
        log, printed = Path(folder) / "log", Path(folder) / "printed"
        log.touch()
        arguments = [
            contender.module, task.name, task.rules, str(data), str(output), str(log), str(runs),
        ]  # fmt: skip
        with printed.open("w") as opened:
            process = subprocess.Popen(
                [python, "-m", "bench.quality.worker", *arguments],
                env=os.environ | {"PYTHONPATH": _python_path()},
                stdout=opened,
                stderr=subprocess.STDOUT,
            )
            try:
                measured = _watched(process, log, limit)
            finally:
                _end(process)
                shutil.rmtree(output, ignore_errors=True)
        if measured.failed:
            measured.failed += ": " + " | ".join(printed.read_text().strip().splitlines()[-3:])
    return measured


def _python_path() -> str:
    """The peers' environments find the benchmark there; what the caller has set stays."""
    return os.pathsep.join(filter(None, (str(Path.cwd()), os.environ.get("PYTHONPATH"))))


def _watched(process: "subprocess.Popen[bytes]", log: Path, limit: float) -> Measured:
    measured = Measured()
    done, events, since, timed = False, 0, time.monotonic(), False
    while not done:
        ended = process.poll() is not None
        # A line that is being written has no end yet.
        lines = log.read_text().rpartition("\n")[0].splitlines()
        for line in lines[events:]:
            event = json.loads(line)
            since, timed = time.monotonic(), event["event"] == "begun"
            match event["event"]:
                case "ended":
                    measured.seconds.append(event["seconds"])
                    measured.jobs.append(event["jobs"])
                    measured.stages.append(event["stages"])
                case "checked":
                    measured.facts = {k: v for k, v in event.items() if k != "event"}
                case "done":
                    done = True
        events = len(lines)
        if done:
            break
        if ended:
            measured.failed = f"ended with exit code {process.returncode}"
            break
        if timed:
            measured.peak = max(measured.peak, _resident(process.pid))
        if time.monotonic() - since > (limit if timed else _AROUND):
            measured.over_limit = timed
            measured.failed = "" if timed else "did not start or did not end"
            break
        time.sleep(_EVERY)
    return measured


def _tree(pid: int) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _resident(pid: int) -> int:
    total = 0
    for process in _tree(pid):
        try:
            total += process.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Python and the JVM that it started."""
    for one in _tree(process.pid):
        try:
            one.kill()
        except psutil.NoSuchProcess:
            continue
    process.wait()
