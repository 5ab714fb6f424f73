"""Plans the runs and takes the contenders in turns.

Every figure of every process is kept in build/bench/quality.json, the stages' too.
"""

import hashlib
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.quality import movies, processes, tables
from bench.quality.cases import WITH_UNIQUE, ruleset
from bench.quality.contenders import BASELINE, CONTENDERS, Contender
from bench.quality.entries import TEN, Entry, Options
from bench.quality.processes import Measured, Task
from bench.report import Section

RAW = Path("build/bench/quality.json")


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
    return tables.sections(options, entries, expected, size)


def _entries() -> Iterable[Entry]:
    yield Entry(BASELINE, Task("copy"))
    yield Entry(BASELINE, Task("scan"))
    for contender in CONTENDERS:
        for rules in contender.splits:
            yield Entry(contender, Task("split", str(rules)))
        if contender.outcomes:
            yield Entry(contender, Task("outcomes", TEN))
            yield Entry(contender, Task("outcomes", TEN + WITH_UNIQUE))


def _wanted(entry: Entry, options: Options) -> bool:
    if unknown := options.only - {one.name for one in CONTENDERS}:
        known = ", ".join(one.name for one in CONTENDERS)
        raise SystemExit(f"No contender {', '.join(sorted(unknown))}; there are {known}.")
    return entry.contender is BASELINE or not options.only or entry.contender.name in options.only


def _rule_sets(entries: Sequence[Entry]) -> list[str]:
    return sorted({one.task.rules for one in entries if one.task.rules != "0"})


def _expected(data: Path, rules: str) -> dict[str, Any]:
    """What plain SQL says of these rules on these rows; asked once."""
    kept = data.with_name(f"{data.name}-{rules}-{_digest(rules)}.json")
    if not kept.exists():
        reference = Contender("reference", "reference")
        limit = 3600.0
        unique = rules.endswith(WITH_UNIQUE)
        task = Task("reference", rules.removesuffix(WITH_UNIQUE))
        found = processes.run(reference, task, data, 1, limit)
        if not found.facts:
            raise SystemExit(f"the reference could not be computed: {found.failed}")
        # The ids are numbered through.
        found.facts["passed"] += [True] if unique else []
        kept.write_text(json.dumps(found.facts))
    facts: dict[str, Any] = json.loads(kept.read_text())
    return facts


def _digest(rules: str) -> str:
    """Other rules, other expectations."""
    texts = "\n".join(rule.sql for rule in ruleset(int(rules.removesuffix(WITH_UNIQUE))))
    return hashlib.sha256(texts.encode()).hexdigest()[:8]


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
