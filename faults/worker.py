"""`python -m faults.worker SCRIPT`: a process with a warm Spark session that runs the job script.

It reads commands as lines of JSON and writes events likewise. A command is the script's arguments
and, perhaps, a step's boundary at which the run shall pause and wait for one more line: then what
breaks it can happen there, and nowhere else. The script runs unchanged, as Glue would call it; only
its stopwatch is one that can pause.
"""

import json
import os
import runpy
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from pyspark.context import SparkContext
from pyspark.sql import SparkSession

from awsglue.context import GlueContext
from faults import clock
from imdb_etl import pipeline

BEFORE, AFTER = "before", "after"
_MOST = 20_000


class InjectedError(Exception):
    """What a step raises when it is told to fail."""


class Channel:
    """Lines of JSON: commands on standard input, events on what was standard output."""

    def __init__(self) -> None:
        self._events: IO[str] = os.fdopen(os.dup(1), "w")
        # Whatever prints goes to the log, and never between the events.
        os.dup2(2, 1)

    def tell(self, event: str, **facts: object) -> None:
        self._events.write(json.dumps({"event": event, **facts}) + "\n")
        self._events.flush()

    def command(self) -> dict[str, Any] | None:
        """The next one; None when the harness is gone."""
        line = sys.stdin.readline()
        return json.loads(line) if line else None


class PausingStopwatch(pipeline.Stopwatch):
    """Notes the steps, and pauses at the boundary that the command names."""

    channel: Channel
    pause: tuple[str, str] | None = None
    steps: list[str]

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        self.steps.append(name)
        self._boundary(name, BEFORE)
        with super().step(name):
            yield
        self._boundary(name, AFTER)

    def _boundary(self, name: str, moment: str) -> None:
        if self.pause != (name, moment):
            return
        self.channel.tell("paused")
        answer = self.channel.command()
        if answer is None:
            sys.exit("the harness is gone")
        if seconds := answer.get("clock"):
            clock.jump(float(seconds))
        if answer.get("fail"):
            raise InjectedError(f"{moment} {name}")


def main(script: str) -> None:
    channel = Channel()
    PausingStopwatch.channel = channel
    pipeline.Stopwatch = PausingStopwatch  # type: ignore[misc]
    GlueContext(SparkContext.getOrCreate())
    channel.tell("ready")
    while (command := channel.command()) is not None:
        error = _run(script, command)
        clock.jump(0)
        # What a run that broke has left in the session would not be there in a process of its own.
        SparkSession.builder.getOrCreate().catalog.clearCache()
        channel.tell("ended", error=error, steps=PausingStopwatch.steps)


def _run(script: str, command: dict[str, Any]) -> str | None:
    """The error that left the script, as text."""
    pause = command.get("pause")
    PausingStopwatch.pause = (pause[0], pause[1]) if pause else None
    PausingStopwatch.steps = []
    clock.jump(float(command.get("clock", 0)))
    sys.argv = [script, *command["arguments"]]
    os.environ.update(command["environment"])
    try:
        runpy.run_path(script, run_name="__main__")
    except Exception as problem:  # noqa: BLE001 - whatever ends the script is reported
        return f"{type(problem).__name__}: {problem}"[:_MOST]
    except SystemExit as end:
        return f"SystemExit: {end.code}" if end.code else None
    return None


if __name__ == "__main__":
    main(sys.argv[1])
