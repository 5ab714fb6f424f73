"""Plans the runs, takes contenders in turns, and makes the report's tables.

Every figure of every process is kept in build/bench/quality.json, the stages' too.
"""

import json
import statistics
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bench.quality import movies, processes
from bench.quality.contenders import BASELINE, CONTENDERS, Contender
from bench.quality.processes import Measured, Task
from bench.quality.session import HEAP, MASTER
from bench.report import Section

RAW = Path("build/bench/quality.json")
_TEN, _TEN_AND_UNIQUE = "10", "10+unique"


@dataclass(frozen=True)
class Options:
    """`only`: contenders by name; none means all. `repeat`: processes for each task.

    `runs`: how often a process does its task; by the second time, what Spark and the JVM have to
    compile is compiled. `limit`: seconds for one of them.
    """

    rows: int = 2_000_000
    only: frozenset[str] = frozenset()
    repeat: int = 3
    runs: int = 2
    limit: float = 300.0


@dataclass
class Entry:
    """One contender in one task, and its processes."""

    contender: Contender
    task: Task
    measured: list[Measured] = field(default_factory=list)

    @property
    def given_up(self) -> bool:
        return any(one.over_limit or one.failed for one in self.measured)

    def seconds(self, run: int) -> float | None:
        """The median of the processes' run-th runs."""
        found = [one.seconds[run] for one in self.measured if len(one.seconds) > run]
        return statistics.median(found) if found else None

    def task_cpu(self) -> float | None:
        """Seconds of CPU that the last run's tasks took; other people's load hardly changes it."""
        found = [sum(stage["cpu"] for stage in one.stages[-1]) / 1000 for one in self.measured
                 if one.stages]  # fmt: skip
        return statistics.median(found) if found else None

    def some(self, value: Callable[[Measured], Any]) -> Any:
        """The value of a process that ended well."""
        return next((value(one) for one in self.measured if one.facts), None)


def measure(options: Options) -> list[Section]:
    entries = [entry for entry in _entries() if _wanted(entry, options)]
    data = movies.written(options.rows)
    expected = {rules: _expected(data, rules) for rules in _rule_sets(entries)}
    size = movies.into_page_cache(data)
    for turn in range(options.repeat):
        for entry in entries:
            if entry.given_up:
                continue
            sys.stderr.write(f"bench: {_name(entry)}, process {turn + 1} of {options.repeat}\n")
            one = processes.run(entry.contender, entry.task, data, options.runs, options.limit)
            entry.measured.append(one)
            sys.stderr.write(f"bench:   {_told(one)}\n")
            _keep(options, entries, expected)
    return _sections(options, entries, expected, size)


def _entries() -> Iterable[Entry]:
    yield Entry(BASELINE, Task("copy"))
    yield Entry(BASELINE, Task("scan"))
    for contender in CONTENDERS:
        for rules in contender.splits:
            yield Entry(contender, Task("split", str(rules)))
        if contender.outcomes:
            yield Entry(contender, Task("outcomes", _TEN))
            yield Entry(contender, Task("outcomes", _TEN_AND_UNIQUE))


def _wanted(entry: Entry, options: Options) -> bool:
    if unknown := options.only - {one.name for one in CONTENDERS}:
        known = ", ".join(one.name for one in CONTENDERS)
        raise SystemExit(f"No contender {', '.join(sorted(unknown))}; there are {known}.")
    return entry.contender is BASELINE or not options.only or entry.contender.name in options.only


def _rule_sets(entries: Sequence[Entry]) -> list[str]:
    return sorted({one.task.rules for one in entries if one.task.rules != "0"})


def _expected(data: Path, rules: str) -> dict[str, Any]:
    """What plain SQL says of these rules on these rows; asked once."""
    kept = data.with_name(f"{data.name}-{rules}.json")
    if not kept.exists():
        reference = Contender("reference", "reference")
        limit = 3600.0
        unique = rules.endswith("+unique")
        found = processes.run(
            reference, Task("reference", rules.removesuffix("+unique")), data, 1, limit
        )
        if not found.facts:
            raise SystemExit(f"the reference could not be computed: {found.failed}")
        # The ids are numbered through.
        found.facts["passed"] += [True] if unique else []
        kept.write_text(json.dumps(found.facts))
    facts: dict[str, Any] = json.loads(kept.read_text())
    return facts


def _keep(options: Options, entries: Sequence[Entry], expected: dict[str, Any]) -> None:
    RAW.parent.mkdir(parents=True, exist_ok=True)
    kept = {
        "rows": options.rows,
        "expected": expected,
        "entries": [
            {
                "contender": entry.contender.name,
                "task": asdict(entry.task),
                "measured": [asdict(one) for one in entry.measured],
            }
            for entry in entries
        ],
    }
    RAW.write_text(json.dumps(kept, indent=1))


def _name(entry: Entry) -> str:
    rules = f", {entry.task.rules} rules" if entry.task.rules != "0" else ""
    return f"{entry.contender.name} {entry.task.name}{rules}"


def _told(one: Measured) -> str:
    seconds = ", ".join(f"{value:.1f} s" for value in one.seconds)
    trouble = "over the limit" if one.over_limit else one.failed
    return " ".join(filter(None, (seconds, trouble)))


# The report


def _sections(
    options: Options, entries: Sequence[Entry], expected: dict[str, Any], size: int
) -> list[Section]:
    def of(task: str) -> list[Entry]:
        return [entry for entry in entries if entry.task.name == task]

    (copy,), (scan,) = of("copy"), of("scan")
    first = expected[_TEN] if _TEN in expected else next(iter(expected.values()))
    about = (
        f"{options.rows:,} rows, {movies.FILES} CSV files of together {size / 1e6:.0f} MB, schema "
        f"given; {first['rejected']:,} rows fail the ten rules. {MASTER}, heap {HEAP}, the files "
        "in the page cache. Each process is a JVM of its own and does the task twice: the first "
        "run is cold as a job run is, the second finds Spark's code compiled. Median of "
        f"{options.repeat} processes, contenders in turns. CPU and jobs are the last run's; "
        "memory is the resident set of Python and JVM together, at its peak."
    )
    split_about = (
        f"{about} Evaluate, write valid rows as Parquet and rejected rows as JSON with what each "
        "rule said of them."
    )
    outcome_about = "Only whether each rule passed; nothing is written. The same rows and settings."
    notes = [
        [one.name, ", ".join(one.requirements[:1]) or "-", one.note]
        for one in CONTENDERS
        if any(entry.contender is one for entry in entries)
    ]
    heads = [
        "", "rules", "first run (s)", "ratio", "second run (s)", "ratio", "CPU of tasks (s)",
        "Spark jobs", "memory (MB)",
    ]  # fmt: skip
    return [
        Section(
            "Data quality: evaluate, split, write both sides",
            f"{split_about} Ratios to the plain copy.",
            [*heads, "valid", "rejected", "JSON (MB)", "rows and failures"],
            [
                [*_cells(copy, copy, options, "plain copy CSV -> Parquet"), "", "", "", ""],
                *(
                    [*_cells(entry, copy, options), *_split_cells(entry, expected)]
                    for entry in of("split")
                ),
            ],
        ),
        Section(
            "Data quality: rule outcomes alone",
            f"{outcome_about} Ratios to the scan (every column into Spark's noop sink).",
            [*heads, "outcomes"],
            [
                [*_cells(scan, scan, options, "scan of all columns"), ""],
                *(
                    [*_cells(entry, scan, options), _outcome_cell(entry, expected)]
                    for entry in of("outcomes")
                ),
            ],
        ),
        Section("How each was configured", "", ["", "package", "configuration"], notes),
    ]


def _cells(entry: Entry, base: Entry, options: Options, name: str = "") -> list[str]:
    cells = [name or entry.contender.name, entry.task.rules if entry.task.rules != "0" else ""]
    for run in range(2):
        seconds, of = entry.seconds(run), base.seconds(run)
        if seconds is not None:
            cells.append(f"{seconds:.1f}" if seconds >= 10 else f"{seconds:.2f}")
            cells.append(f"{seconds / of:.2f}" if of else "-")
        elif any(one.over_limit and len(one.seconds) == run for one in entry.measured):
            cells.append(f"not finished after {options.limit:.0f}")
            cells.append(f"> {options.limit / of:.0f}" if of else "-")
        else:
            cells += ["-", "-"]
    cpu = entry.task_cpu()
    cells.append("-" if cpu is None else f"{cpu:.1f}")
    jobs = next((one.jobs[-1] for one in entry.measured if one.jobs), None)
    peaks = [one.peak for one in entry.measured if one.peak]
    cells.append("-" if jobs is None else str(jobs))
    cells.append(f"{statistics.median(peaks) / 1e6:.0f}" if peaks else "-")
    return cells


def _split_cells(entry: Entry, expected: dict[str, Any]) -> list[str]:
    facts = entry.some(lambda one: one.facts)
    if facts is None:
        return ["-", "-", "-", _trouble(entry)]
    wanted = expected[entry.task.rules]
    lost = wanted["rows"] - facts["valid"] - facts["rejected"]
    if lost:
        verdict = f"{lost:,} rows on neither side"
    elif (facts["rejected"], facts["ids"]) != (wanted["rejected"], wanted["ids"]):
        verdict = f"other rows rejected (expected {wanted['rejected']:,})"
    elif facts["failures"] != wanted["failures"]:
        verdict = f"as expected; {facts['failures']:,} failures, expected {wanted['failures']:,}"
    else:
        verdict = "as expected"
    megabytes = f"{facts['rejected_bytes'] / 1e6:,.0f}"
    return [f"{facts['valid']:,}", f"{facts['rejected']:,}", megabytes, verdict]


def _outcome_cell(entry: Entry, expected: dict[str, Any]) -> str:
    facts = entry.some(lambda one: one.facts)
    if facts is None:
        return _trouble(entry)
    wanted = expected[entry.task.rules]["passed"]
    different = [i for i, (ours, want) in enumerate(zip(facts["passed"], wanted, strict=True), 1)
                 if ours != want]  # fmt: skip
    return f"rules {different} are judged otherwise" if different else "as expected"


def _trouble(entry: Entry) -> str:
    return next((one.failed for one in entry.measured if one.failed), "-").replace("|", "/")
