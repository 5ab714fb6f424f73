"""How results are shown: as text for people, as one JSON object for scripts."""

import json
from abc import ABC, abstractmethod
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from imdb_etl.ops.clean import Cleaned
from imdb_etl.ops.deploy import Deployment
from imdb_etl.ops.destroy import Destroyed, Doomed
from imdb_etl.ops.destroy_output import destroyed_lines, doomed_lines
from imdb_etl.ops.preview import Preview
from imdb_etl.ops.preview_output import preview_lines, preview_record
from imdb_etl.ops.rejects import RejectedRuns
from imdb_etl.ops.run import RunResult
from imdb_etl.ops.status import Status


class Output(ABC):
    """One way of showing every result; errors go to standard error in both."""

    @abstractmethod
    def deployment(self, result: Deployment) -> None:
        """What was deployed."""

    @abstractmethod
    def preview(self, result: Preview) -> None:
        """What would be deployed."""

    @abstractmethod
    def doomed(self, result: Doomed) -> None:
        """What is going to be removed, before the question."""

    @abstractmethod
    def destroyed(self, result: Destroyed) -> None:
        """What was removed."""

    @abstractmethod
    def run(self, result: RunResult) -> None:
        """What a run did."""

    @abstractmethod
    def status(self, result: Status) -> None:
        """What is there."""

    @abstractmethod
    def rejected_runs(self, result: RejectedRuns) -> None:
        """Which runs have rejects to see."""

    @abstractmethod
    def cleaned(self, result: Cleaned) -> None:
        """What was deleted."""

    @abstractmethod
    def error(self, message: str) -> None:
        """Why there is no result."""


class JsonOutput(Output):
    """One JSON object on standard output, also when the command failed."""

    def __init__(self, console: Console, errors: Console) -> None:
        self._console, self._errors = console, errors

    def deployment(self, result: Deployment) -> None:
        self._print(asdict(result))

    def preview(self, result: Preview) -> None:
        self._print(preview_record(result))
        if result.problem is not None:
            _print_error(self._errors, result.problem)

    def doomed(self, result: Doomed) -> None:
        self._print(asdict(result))

    def destroyed(self, result: Destroyed) -> None:
        self._print(asdict(result))

    def run(self, result: RunResult) -> None:
        self._print(run_record(result))
        if not result.succeeded:
            _print_error(self._errors, _failed(result))

    def status(self, result: Status) -> None:
        self._print(asdict(result))

    def rejected_runs(self, result: RejectedRuns) -> None:
        self._print(asdict(result))
        _note_unfinished(self._errors, result)

    def cleaned(self, result: Cleaned) -> None:
        self._print(asdict(result) | {"objects": result.objects, "size": result.size})

    def error(self, message: str) -> None:
        self._print({"state": "NOT_STARTED", "job_run_id": None, "error": message})
        _print_error(self._errors, message)

    def _print(self, record: dict[str, Any]) -> None:
        # Not console.print: it would wrap and colour.
        self._console.file.write(json.dumps(record, indent=2, ensure_ascii=False) + "\n")


class TextOutput(Output):
    """Text and tables."""

    def __init__(self, console: Console, errors: Console) -> None:
        self._console, self._errors = console, errors

    def deployment(self, result: Deployment) -> None:
        self._line(f"Deployed the stack {result.stack}")
        for key, value in result.outputs.items():
            self._line(f"  {key}: {value}")
        self._line(f"  uploaded: {len(result.uploaded)} files; SQL run: {', '.join(result.sql)}")

    def preview(self, result: Preview) -> None:
        for line in preview_lines(result):
            self._line(line)
        if result.problem is not None:
            _print_error(self._errors, result.problem)

    def doomed(self, result: Doomed) -> None:
        for line in doomed_lines(result):
            self._line(line)

    def destroyed(self, result: Destroyed) -> None:
        for line in destroyed_lines(result):
            self._line(line)

    def run(self, result: RunResult) -> None:
        for crawl in result.crawls:
            if not crawl.succeeded:
                self._line(f"Crawler {crawl.crawler}: {crawl.status}: {crawl.error}")
        if result.summary is None:
            _print_error(self._errors, _failed(result))
        else:
            self._summary(result)
        for mail in result.mails:
            self._line(f"Mail: {mail}")

    def status(self, result: Status) -> None:
        self._line(f"Stack {result.stack}: {result.stack_status}")
        for crawler in result.crawlers:
            last = crawler.last_crawl or "never crawled"
            error = f": {crawler.error}" if crawler.error else ""
            self._line(f"Crawler {crawler.name}: {crawler.state}, last crawl {last}{error}")
        if not result.runs:
            self._line("No job run yet; start one with `imdb-etl run`")
            return
        for run in result.runs:
            error = f": {run.error}" if run.error else ""
            self._line(f"Run {run.job_run_id}: {run.state}, {run.started}, {run.seconds} s{error}")

    def rejected_runs(self, result: RejectedRuns) -> None:
        if not result.runs:
            self._line("No run has rejects to see")
        for run in result.runs:
            self._line(
                f"Run {run.run_id}: {run.time}, {run.rejected:,} of {run.read:,} rows rejected, "
                f"ruleset {run.ruleset}, {run.source}"
            )
        _note_unfinished(self._errors, result)

    def cleaned(self, result: Cleaned) -> None:
        done = "Would delete" if result.dry_run else "Deleted"
        for folder in result.folders:
            self._line(f"{done} {folder.place}: {folder.objects:,} objects, {folder.size:,} bytes")
        self._line(
            f"{done} {result.objects:,} objects, {result.size:,} bytes, of runs that did not "
            f"finish and wrote nothing for {result.older_than_days} days"
        )

    def error(self, message: str) -> None:
        _print_error(self._errors, message)

    def _summary(self, result: RunResult) -> None:
        assert result.summary is not None
        rows = result.summary.rows
        self._line(f"Run {result.job_run_id}: {result.state} in {result.seconds} s")
        self._line(f"Source: {result.source}")
        self._line(
            f"Rows: {rows.read:,} read, {rows.loaded:,} loaded into {result.summary.table}, "
            f"{rows.rejected:,} rejected"
        )
        self._line(
            f"Ruleset {result.ruleset}: {result.summary.rules_passed} of "
            f"{len(result.summary.rules)} rules passed"
        )
        table = Table(box=None, padding=(0, 2, 0, 0))
        for heading in ("  outcome", "rule", "metric"):
            table.add_column(heading, overflow="fold")
        for rule in result.summary.rules:
            metrics = ", ".join(f"{_short(k)} {v:g}" for k, v in rule.metrics.items())
            table.add_row(Text(f"  {rule.outcome}"), Text(rule.rule), Text(metrics))
        self._console.print(table)
        self._line(f"Rejected rows: {result.summary.rejects}")
        self._line(f"Rule outcomes: {result.summary.rule_outcomes}")

    def _line(self, text: str) -> None:
        # Text, not markup: a rule's [0-9] is no style.
        self._console.print(Text(text), soft_wrap=True)


def run_record(result: RunResult) -> dict[str, Any]:
    """The JSON object of `imdb-etl run`; rows, rules and rejects are null for a failed run."""
    summary = result.summary
    return {
        "state": result.state,
        "job_run_id": result.job_run_id,
        "error": result.error,
        "ruleset": result.ruleset,
        "source": result.source,
        "rows": asdict(summary.rows) if summary else None,
        "rules": [asdict(rule) for rule in summary.rules] if summary else None,
        "table": summary.table if summary else None,
        "rejects": summary.rejects if summary else None,
        "rule_outcomes": summary.rule_outcomes if summary else None,
        "crawls": [asdict(crawl) for crawl in result.crawls],
        "mails": list(result.mails),
        "steps": dict(summary.seconds) if summary else None,
        "seconds": result.seconds,
    }


def _failed(result: RunResult) -> str:
    how = "failed" if result.state == "FAILED" else f"ended as {result.state}"
    return f"the job run {result.job_run_id} {how}: {result.error}"


def _short(metric: str) -> str:
    # "Column.meta_score.Completeness" stands beside its rule, which names the column.
    return metric.rpartition(".")[2]


def _note_unfinished(console: Console, result: RejectedRuns) -> None:
    if result.unfinished:
        _print_error(
            console,
            f"not shown: {result.unfinished} with rejects that are not visible, since the run did "
            "not finish (yet)",
        )


def _print_error(console: Console, message: str) -> None:
    console.print(Text(f"imdb-etl: {message}"), soft_wrap=True)
