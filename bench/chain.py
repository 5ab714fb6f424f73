"""`make run-local` on the sample, after set-up: how long it takes, and where the time goes."""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.report import Section

RUNS = 3
STEP = re.compile(r"^\d+\. (?P<step>.+): (?P<seconds>\d+\.\d) s$")
INSIDE = "Seconds inside the job: "


def measure() -> Section:
    totals = []
    steps: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        # A state of its own: the account of a person's checkout is not touched.
        environment = os.environ | {"GLUELOCAL_STATE": str(Path(folder) / "state")}
        for _ in range(RUNS):
            started = time.perf_counter()
            ended = subprocess.run(
                [sys.executable, "-m", "imdb_etl.ops.run_local"],
                env=environment,
                capture_output=True,
                text=True,
            )
            totals.append(time.perf_counter() - started)
            if ended.returncode != 0:
                raise SystemExit(f"make run-local failed:\n{ended.stdout}\n{ended.stderr}")
            steps.append(_steps(ended.stdout))
    heads = ["step", *(f"run {number} (s)" for number in range(1, RUNS + 1))]
    names = list(dict.fromkeys(name for one in steps for name in one))
    rows = [[name, *(f"{one[name]:.1f}" if name in one else "" for one in steps)] for name in names]
    rows.append(["whole command", *(f"{total:.1f}" for total in totals)])
    return Section(
        title="The whole chain on 1,000 rows",
        about="`make run-local` after set-up; run 1 starts with an empty state folder.",
        heads=heads,
        rows=rows,
    )


def _steps(printed: str) -> dict[str, float]:
    """Seconds by step; the job's own steps are indented under the run that they are part of."""
    found = {}
    for line in printed.splitlines():
        if match := STEP.match(line):
            found[match["step"]] = float(match["seconds"])
        elif line.startswith(INSIDE):
            for part in line.removeprefix(INSIDE).split(", "):
                name, _, seconds = part.rpartition(" ")
                found[f"- of it, in the job: {name}"] = float(seconds)
    return found
