"""From a thousand rows to ten million: the job's seconds by step, and its memory.

On one machine the executor is a part of the driver's JVM. So that the driver is seen by itself,
the larger inputs are run once more with two executors as processes of their own.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.pipeline import local, movies, warehouse
from bench.pipeline.checking import require_exact
from bench.pipeline.local import HEAP, Local
from bench.pipeline.memory import Peaks
from bench.report import Section

SIZES = (1_000, 100_000, 2_000_000, 10_000_000)
APART = (100_000, 2_000_000, 10_000_000)
DRIVER_HEAP = "1g"
CLUSTER = {
    "spark.master": "local-cluster[2,1,2048]",
    "spark.executor.memory": "2g",
    "spark.driver.memory": DRIVER_HEAP,
}


@dataclass(frozen=True)
class Run:
    """One run on a number of rows; seconds by step."""

    rows: int
    steps: Mapping[str, float]
    peaks: Peaks

    @property
    def total(self) -> float:
        return sum(self.steps.values())


def measure(largest: int | None) -> list[Section]:
    """All sizes up to `largest`, if it is given."""
    with local.deployed() as account:
        runs = [_run(account, rows, {}) for rows in _upto(SIZES, largest)]
        apart = [_run(account, rows, CLUSTER) for rows in _upto(APART, largest)]
    return [_growth(runs), _driver(apart)]


def _upto(sizes: Sequence[int], largest: int | None) -> list[int]:
    return [rows for rows in sizes if largest is None or rows <= largest]


def _run(account: Local, rows: int, conf: Mapping[str, str]) -> Run:
    where = " with executors apart" if conf else ""
    sys.stderr.write(f"bench: {rows:,} rows{where}\n")
    made = movies.written(rows)
    source = account.land(made)
    ended, summary = account.pipeline(source, conf)
    warehouse.copied(account.account, account.table, made.valid)
    require_exact(account, ended, made)
    warehouse.emptied(account.account, account.table)
    account.delete("raw/")
    account.delete("rejected/")
    run = Run(rows, summary.seconds, ended.peaks)
    sys.stderr.write(f"bench:   {run.total:.1f} s, driver {run.peaks.driver / 1e6:.0f} MB\n")
    return run


def _growth(runs: Sequence[Run]) -> Section:
    first = runs[0]
    names = list(dict.fromkeys(name for run in runs for name in run.steps))
    lines = [[name, *(f"{run.steps.get(name, 0.0):.1f}" for run in runs)] for name in names]
    lines.append(["all steps", *(f"{run.total:.1f}" for run in runs)])
    beyond = ["", *(f"{_per_million(run, first):.1f}" for run in runs[1:])]
    lines.append(["for each million rows, beyond the first run's seconds", *beyond])
    lines.append(["memory of the job (MB)", *(f"{run.peaks.driver / 1e6:.0f}" for run in runs)])
    return Section(
        title="Growth",
        about=(
            f"One run each, on local[*] with a heap of {HEAP}: seconds by step. Memory is the most "
            "that Python and the JVM had resident at one moment; driver and executor are one here, "
            "and the JVM takes what it may before it collects garbage. Target and rejects were "
            "compared row by row after each run."
        ),
        heads=["step", *(f"{run.rows:,} rows" for run in runs)],
        rows=lines,
    )


def _per_million(run: Run, first: Run) -> float:
    return (run.total - first.total) / (run.rows - first.rows) * 1e6


def _driver(runs: Sequence[Run]) -> Section:
    lines = [
        ["all steps (s)", *(f"{run.total:.1f}" for run in runs)],
        ["memory of the driver (MB)", *(f"{run.peaks.driver / 1e6:.0f}" for run in runs)],
        ["memory of the executors (MB)", *(f"{run.peaks.executors / 1e6:.0f}" for run in runs)],
    ]
    return Section(
        title="The driver by itself",
        about=(
            f"The same with {CLUSTER['spark.master']}: two executors of one core and "
            f"{CLUSTER['spark.executor.memory']}, in processes of their own, and a driver with a "
            f"heap of {DRIVER_HEAP}."
        ),
        heads=["", *(f"{run.rows:,} rows" for run in runs)],
        rows=lines,
    )
