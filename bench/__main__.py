"""`make bench`: runs every benchmark (or those named) and writes a Markdown report.

python -m bench [NAME ...]
python -m bench dynamicframe [--rows N]
python -m bench pipeline [--rows N] [--repeat N]
python -m bench scale [--rows THE_MOST]
python -m bench quality [--rows N] [--only NAME,...] [--repeat N] [--runs N] [--limit SECONDS]

`python -m bench quality --rows 20000 --repeat 1` is a quick check.
"""

import argparse
import os
import platform
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

from bench import chain, dynamicframe, startup
from bench.pipeline import naive, scale, size
from bench.quality.entries import Options
from bench.quality.measure import measure as measure_quality
from bench.report import Section


@dataclass(frozen=True)
class Asked:
    """The command line; None where nothing was said, so that each has its own number."""

    names: Sequence[str]
    rows: int | None
    repeat: int | None
    quality: Options


BENCHMARKS: dict[str, Callable[[Asked], Sequence[Section]]] = {
    "startup": lambda _: [startup.measure()],
    "chain": lambda _: [chain.measure()],
    "dynamicframe": lambda asked: [dynamicframe.measure(asked.rows or dynamicframe.ROWS)],
    "quality": lambda asked: measure_quality(asked.quality),
    "pipeline": lambda asked: size.measure(asked.rows or size.ROWS, asked.repeat or size.REPEAT),
    "scale": lambda asked: scale.measure(asked.rows),
    "naive": lambda _: [naive.measure()],
}
REPORT = Path("build/bench/report.md")


def main(arguments: list[str]) -> int:
    # An end by `kill` or `timeout` ends the processes that were started, too.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    asked = _parsed(arguments)
    if unknown := set(asked.names) - set(BENCHMARKS):
        sys.stderr.write(f"No benchmark {sorted(unknown)}; there are {sorted(BENCHMARKS)}.\n")
        return 2
    # Other people's work spoils seconds; whoever reads the report should know of it.
    load = os.getloadavg()[0]
    sections: list[Section] = []
    for name in asked.names or BENCHMARKS:
        sys.stderr.write(f"bench: {name} ...\n")
        sections += BENCHMARKS[name](asked)
    text = "\n".join([_conditions(load), *(section.as_markdown() for section in sections)])
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(text)
    sys.stdout.write(text)
    return 0


def _parsed(arguments: list[str]) -> Asked:
    default = Options()
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--rows", type=int)
    parser.add_argument("--only", default="", help="contenders, with commas between them")
    parser.add_argument("--repeat", type=int, help="processes for each, or measured rounds")
    parser.add_argument("--runs", type=int, default=default.runs, help="runs in each process")
    parser.add_argument("--limit", type=float, default=default.limit, help="seconds for one run")
    given = parser.parse_args(arguments)
    only = frozenset(name for name in given.only.split(",") if name)
    quality = Options(
        given.rows or default.rows, only, given.repeat or default.repeat, given.runs, given.limit
    )
    return Asked(given.names, given.rows, given.repeat, quality)


def _conditions(load: float) -> str:
    versions = ", ".join(f"{name} {version(name)}" for name in ("pyspark", "ministack", "boto3"))
    return (
        f"# Benchmarks, {datetime.now(UTC):%Y-%m-%d}\n\n"
        f"{psutil.cpu_count()} cores, {psutil.virtual_memory().total / 2**30:.0f} GiB, "
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, "
        f"{versions}. Load of the machine before: {load:.1f}.\n"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
