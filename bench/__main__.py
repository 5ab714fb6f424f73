"""`make bench`: runs every benchmark (or those named) and writes a Markdown report.

python -m bench [NAME ...]
"""

import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

from bench import chain, startup
from bench.report import Section

BENCHMARKS = {"startup": startup.measure, "chain": chain.measure}
REPORT = Path("build/bench/report.md")


def main(names: list[str]) -> int:
    if unknown := set(names) - set(BENCHMARKS):
        sys.stderr.write(f"No benchmark {sorted(unknown)}; there are {sorted(BENCHMARKS)}.\n")
        return 2
    sections: list[Section] = []
    for name in names or BENCHMARKS:
        sys.stderr.write(f"bench: {name} ...\n")
        sections.append(BENCHMARKS[name]())
    text = "\n".join([_conditions(), *(section.as_markdown() for section in sections)])
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(text)
    sys.stdout.write(text)
    return 0


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
