"""The 2,000,000-row case: the job, beside a Spark copy of the same CSV and PostgreSQL's own COPY.

All three in turns on one account, after a round that is not counted.
"""

import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.pipeline import local, movies, warehouse
from bench.pipeline.checking import require_exact
from bench.pipeline.local import HEAP, Local
from bench.pipeline.movies import Movies
from bench.report import Section
from imdb_etl.locations import S3Location

ROWS = 2_000_000
REPEAT = 2
COPY_JOB = Path(__file__).with_name("copy_job.py")
START = "start Spark"


@dataclass(frozen=True)
class Round:
    """Seconds. `wall` is a whole job run, its process and its JVM from start to end."""

    spark_copy: float
    spark_copy_start: float
    spark_copy_wall: float
    postgres_copy: float
    steps: Mapping[str, float]
    wall: float

    @property
    def job(self) -> float:
        return sum(self.steps.values())

    @property
    def plain(self) -> float:
        """The two plain things, without the start of Spark."""
        return self.spark_copy + self.postgres_copy

    @property
    def ratio(self) -> float:
        """The job over the two plain things, all without the start of Spark."""
        return (self.job - self.steps[START]) / self.plain

    @property
    def ratio_with_start(self) -> float:
        return self.job / (self.plain + self.spark_copy_start)

    @property
    def ratio_of_walls(self) -> float:
        return self.wall / (self.spark_copy_wall + self.postgres_copy)


def measure(rows: int, repeat: int) -> list[Section]:
    made = movies.written(rows)
    with local.deployed() as account:
        source = account.land(made)
        rounds = []
        for number in range(1 + repeat):
            sys.stderr.write(f"bench: round {number} of {repeat}\n")
            rounds.append(_round(account, source, made))
            sys.stderr.write(f"bench:   {_told(rounds[-1])}\n")
    return [_ratios(made, rounds[1:]), _steps(made, rounds[1:])]


def _round(account: Local, source: S3Location, made: Movies) -> Round:
    copy_run, copy = account.script(
        COPY_JOB, source_path=str(source), target_path=f"s3://{account.bucket}/plain-copy/"
    )
    account.delete("plain-copy/")
    postgres = warehouse.copied(account.account, account.table, made.valid)
    warehouse.emptied(account.account, account.table)
    run, summary = account.pipeline(source)
    require_exact(account, run, made)
    warehouse.emptied(account.account, account.table)
    account.delete("rejected/")
    return Round(
        spark_copy=copy["copy"],
        spark_copy_start=copy[START],
        spark_copy_wall=copy_run.wall,
        postgres_copy=postgres,
        steps=summary.seconds,
        wall=run.wall,
    )


def _told(one: Round) -> str:
    return (
        f"Spark copy {one.spark_copy:.1f} s, COPY {one.postgres_copy:.1f} s, job {one.job:.1f} s, "
        f"ratio {one.ratio:.2f}"
    )


def _ratios(made: Movies, rounds: Sequence[Round]) -> Section:
    facts = made.facts
    lines: list[tuple[str, Callable[[Round], float], str]] = [
        ("Spark copies the CSV to Parquet in S3 (s)", lambda one: one.spark_copy, ".1f"),
        ("PostgreSQL's COPY of the valid rows from one CSV (s)",
         lambda one: one.postgres_copy, ".1f"),
        ("the two together (s)", lambda one: one.plain, ".1f"),
        ("the job (s)", lambda one: one.job - one.steps[START], ".1f"),
        ("**ratio**", lambda one: one.ratio, ".2f"),
        ("ratio with the start of Spark on both sides", lambda one: one.ratio_with_start, ".2f"),
        ("ratio of whole processes, from start to exit", lambda one: one.ratio_of_walls, ".2f"),
    ]  # fmt: skip
    return Section(
        title=f"The pipeline on {facts.rows:,} rows, beside what it cannot do without",
        about=(
            f"{len(made.files)} CSV files, {made.size / 1e6:.0f} MB, in S3; {facts.loaded:,} rows "
            f"are loaded into an empty table and {facts.rejected:,} rejected. The job crawls "
            "nothing: it reads, evaluates ten rules, splits, stages, COPYs, merges, writes the "
            "rejects and audits. After each run the target was compared row by row with the valid "
            f"rows, and the reject files with the others. Heap {HEAP} for both jobs; all in turns "
            "on one account, after a round that is not counted. Without the start of Spark, where "
            "nothing else is said."
        ),
        heads=["", *_heads(rounds)],
        rows=[
            [name, *(f"{value:{form}}" for value in _with_median([of(one) for one in rounds]))]
            for name, of, form in lines
        ],
    )


def _steps(made: Movies, rounds: Sequence[Round]) -> Section:
    names = list(dict.fromkeys(name for one in rounds for name in one.steps))
    rows = []
    for name in names:
        seconds = _with_median([one.steps.get(name, 0.0) for one in rounds])
        rows.append([name, *(f"{value:.1f}" for value in seconds)])
    return Section(
        title=f"Where the time goes, {made.facts.rows:,} rows",
        about="Seconds of each step of the same runs.",
        heads=["step", *_heads(rounds)],
        rows=rows,
    )


def _heads(rounds: Sequence[Round]) -> list[str]:
    return [*(f"run {number}" for number in range(1, len(rounds) + 1)), "median"]


def _with_median(values: list[float]) -> list[float]:
    return [*values, statistics.median(values)]
