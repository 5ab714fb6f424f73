"""The report's tables."""

import statistics
from collections.abc import Sequence
from typing import Any

from bench.quality import movies
from bench.quality.contenders import CONTENDERS
from bench.quality.entries import TEN, Entry, Options
from bench.quality.session import HEAP, MASTER
from bench.report import Section


def sections(
    options: Options, entries: Sequence[Entry], expected: dict[str, Any], size: int
) -> list[Section]:
    def of(task: str) -> list[Entry]:
        return [entry for entry in entries if entry.task.name == task]

    (copy,), (scan,) = of("copy"), of("scan")
    first = expected[TEN] if TEN in expected else next(iter(expected.values()))
    about = (
        f"{options.rows:,} rows, {movies.FILES} CSV files of together {size / 1e6:.0f} MB, schema "
        f"given; {first['rejected']:,} rows fail the ten rules. {MASTER}, heap {HEAP}, the files "
        "in the page cache. Each process is a JVM of its own: its first run is cold, as a "
        "job run is, its second finds Spark's code compiled. Median of "
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
