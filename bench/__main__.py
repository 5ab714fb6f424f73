"""`make bench`: runs every benchmark (or those named) and writes a Markdown report.

python -m bench [NAME ...]
python -m bench dynamicframe [--rows N]
python -m bench quality [--rows N] [--only NAME,...] [--repeat N] [--runs N] [--limit SECONDS]

`python -m bench quality --rows 20000 --repeat 1` is a quick check.
"""

import argparse
import platform
import signal
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

from bench import chain, dynamicframe, startup
from bench.quality.entries import Options
from bench.quality.measure import measure as measure_quality
from bench.report import Section

# Each is told the number of rows, if one was asked for, and the options of `quality`.
BENCHMARKS: dict[str, Callable[[int | None, Options], Sequence[Section]]] = {
    "startup": lambda *_: [startup.measure()],
    "chain": lambda *_: [chain.measure()],
    "dynamicframe": lambda rows, _: [dynamicframe.measure(rows or dynamicframe.ROWS)],
    "quality": lambda _, options: measure_quality(options),
}
REPORT = Path("build/bench/report.md")


def main(arguments: list[str]) -> int:
    # An end by `kill` or `timeout` ends the processes that were started, too.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    names, rows, options = _parsed(arguments)
    if unknown := set(names) - set(BENCHMARKS):
        sys.stderr.write(f"No benchmark {sorted(unknown)}; there are {sorted(BENCHMARKS)}.\n")
        return 2
    sections: list[Section] = []
    for name in names or BENCHMARKS:
        sys.stderr.write(f"bench: {name} ...\n")
        sections += BENCHMARKS[name](rows, options)
    text = "\n".join([_conditions(), *(section.as_markdown() for section in sections)])
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(text)
    sys.stdout.write(text)
    return 0


def _parsed(arguments: list[str]) -> tuple[list[str], int | None, Options]:
    default = Options()
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--rows", type=int)
    parser.add_argument("--only", default="", help="contenders, with commas between them")
    parser.add_argument("--repeat", type=int, default=default.repeat, help="processes for each")
    parser.add_argument("--runs", type=int, default=default.runs, help="runs in each process")
    parser.add_argument("--limit", type=float, default=default.limit, help="seconds for one run")
    given = parser.parse_args(arguments)
    only = frozenset(name for name in given.only.split(",") if name)
    rows = given.rows or default.rows
    return given.names, given.rows, Options(rows, only, given.repeat, given.runs, given.limit)


def _conditions() -> str:
    versions = ", ".join(f"{name} {version(name)}" for name in ("pyspark", "ministack", "boto3"))
    return (
        f"# Benchmarks, {datetime.now(UTC):%Y-%m-%d}\n\n"
        f"{psutil.cpu_count()} cores, {psutil.virtual_memory().total / 2**30:.0f} GiB, "
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, "
        f"{versions}.\n"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
