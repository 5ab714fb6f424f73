"""The harness's handle on a worker process: start it, let it run the job, break it."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from faults.worker import AFTER, BEFORE

START_SECONDS = 240.0
RUN_SECONDS = 360.0
_LAST_WORDS = 20000


@dataclass(frozen=True)
class Run:
    """One run to be made: its id, its input's place, and how the script is called."""

    run_id: str
    source: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Pause:
    """A boundary of a step: `moment` is BEFORE or AFTER."""

    step: str
    moment: str

    def __str__(self) -> str:
        return f"{self.moment} {self.step}"

    def __post_init__(self) -> None:
        assert self.moment in (BEFORE, AFTER)


@dataclass(frozen=True)
class Ended:
    """How a run ended: succeeded, failed (with its error), killed or hung."""

    state: str
    error: str = ""
    steps: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def succeeded(self) -> bool:
        return self.state == "succeeded"


class JobProcess:
    """One worker process; `environment` holds its account, its Spark settings and nothing else."""

    def __init__(self, script: Path, environment: Mapping[str, str], log: Path) -> None:
        self._log = log
        self._events: queue.Queue[dict[str, Any] | None] = queue.Queue()
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "faults.worker", str(script)],
                cwd=script.parents[1],
                env=dict(environment),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                # A group of its own, so that one signal reaches Python and its JVM.
                start_new_session=True,
            )
        threading.Thread(target=self._listen, daemon=True).start()
        self._is_ready = False

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    @property
    def family(self) -> list[psutil.Process]:
        """The process and all that it started."""
        try:
            process = psutil.Process(self._process.pid)
            return [process, *process.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def await_ready(self) -> None:
        """Returns when Spark is up; RuntimeError with its last words when it does not come up."""
        if not self._is_ready:
            event = self._next(START_SECONDS)
            if event is None or event["event"] != "ready":
                said = self._log.read_text(errors="replace")[-_LAST_WORDS:]
                raise RuntimeError(f"a worker did not start: {event}: {said}")
            self._is_ready = True

    def run(
        self,
        run: Run,
        pause: Pause | None = None,
        at_pause: Callable[[], Mapping[str, Any]] = dict,
        clock: float = 0.0,
    ) -> Ended:
        """One run, to its end. `at_pause` is called while it pauses; its answer is passed on.

        `clock`: seconds that the run's clock is ahead of the real one from its beginning.
        """
        self.begin(run, pause, clock)
        return self.end(at_pause)

    def begin(self, run: Run, pause: Pause | None = None, clock: float = 0.0) -> None:
        """Starts a run that `end` waits for."""
        self.await_ready()
        self._started = time.monotonic()
        where = [pause.step, pause.moment] if pause else None
        self._say(
            {
                "arguments": run.arguments,
                "environment": dict(run.environment),
                "pause": where,
                "clock": clock,
            }
        )

    def end(self, at_pause: Callable[[], Mapping[str, Any]] = dict) -> Ended:
        """Waits for the run that was begun; one that exceeds the limit is killed, as hung."""
        while True:
            left = self._started + RUN_SECONDS - time.monotonic()
            try:
                event = self._next(max(left, 0.1))
            except queue.Empty:
                self.kill()
                return self._ending("hung", f"no end within {RUN_SECONDS:.0f} s")
            if event is None:
                self._process.wait()
                return self._ending("killed")
            if event["event"] == "paused":
                answer = at_pause()
                self._say(answer)
            elif event["error"] is None:
                return self._ending("succeeded", steps=event["steps"])
            else:
                return self._ending("failed", event["error"], event["steps"])

    def kill(self, group: bool = True) -> None:
        """kill -9: of the process and its JVM at once, or of Python alone (its JVM follows)."""
        family = self.family
        with suppress(ProcessLookupError):
            if group:
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()
        self._process.wait()
        # A JVM that outlives its Python ends when it sees the pipe closed.
        psutil.wait_procs(family[1:], timeout=15)

    def stop(self) -> None:
        """Ends it and everything it started."""
        self.kill()

    def _ending(self, state: str, error: str = "", steps: Sequence[str] = ()) -> Ended:
        return Ended(state, error, tuple(steps), round(time.monotonic() - self._started, 2))

    def _say(self, what: Mapping[str, Any]) -> None:
        assert self._process.stdin is not None
        # Killed in the meantime: the end of its events says so.
        with suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(what) + "\n")
            self._process.stdin.flush()

    def _next(self, timeout: float) -> dict[str, Any] | None:
        return self._events.get(timeout=timeout)

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._events.put(json.loads(line))
        self._events.put(None)
