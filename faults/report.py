"""What was tried and what was found, as JSON and as a Markdown table."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from faults.check import Findings
from faults.plan import KINDS
from faults.trial import Trial

_HEADS = (
    "kind", "tried", "struck", "not fired", "runs that failed", "killed", "succeeded all the same",
    "had committed", "rows lost", "rows doubled", "rows wrong", "other differences",
)  # fmt: skip


@dataclass(frozen=True)
class Report:
    """All trials of one seed; `at_end` are the findings on the whole after the last of them."""

    seed: int
    rows: int
    minutes: float
    trials: Sequence[Trial]
    at_end: Findings

    @property
    def clean(self) -> bool:
        return self.at_end.clean and all(trial.findings.clean for trial in self.trials)

    def write(self, folder: Path) -> None:
        """faults.json and faults.md in `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(self._as_json(), indent=1, ensure_ascii=False)
        (folder / "faults.json").write_text(text)
        (folder / "faults.md").write_text(self.as_markdown())

    def as_markdown(self) -> str:
        """The table by kind, and a line for every difference."""
        kinds = [kind.name for kind in KINDS.values()]
        by_kind = {name: [one for one in self.trials if one.fault.kind == name] for name in kinds}
        lines = [
            f"Seed {self.seed}, {self.rows} rows an input, {self.minutes:.0f} minutes.\n",
            "| " + " | ".join(_HEADS) + " |",
            "|---" + "|---:" * (len(_HEADS) - 1) + "|",
            *(_line(name, trials) for name, trials in by_kind.items() if trials),
            _line("all", self.trials),
        ]
        differences = [
            f"- {trial.number}. {trial.fault.kind}: {trial.fault.where}: {_said(trial.findings)}"
            for trial in self.trials
            if not trial.findings.clean
        ]
        if not self.at_end.clean:
            differences.append(f"- at the end: {_said(self.at_end)}")
        if differences:
            lines += ["\nDifferences:\n", *differences]
        return "\n".join(lines) + "\n"

    def _as_json(self) -> dict[str, object]:
        return {
            "seed": self.seed,
            "rows": self.rows,
            "minutes": round(self.minutes, 1),
            "at_end": vars(self.at_end),
            "trials": [
                {
                    "number": trial.number,
                    "kind": trial.fault.kind,
                    "where": trial.fault.where,
                    "fired": trial.fired,
                    "committed": trial.committed,
                    "runs": [
                        {"state": one.state, "error": one.error[:500], "seconds": one.seconds}
                        for one in trial.broken
                    ],
                    "findings": vars(trial.findings),
                    "seconds": trial.seconds,
                }
                for trial in self.trials
            ],
        }


def _line(name: str, trials: Sequence[Trial]) -> str:
    fired = [trial for trial in trials if trial.fired]
    ended = [one.state for trial in fired for one in trial.broken]
    findings = [trial.findings for trial in trials]
    numbers = (
        len(trials),
        len(fired),
        len(trials) - len(fired),
        ended.count("failed") + ended.count("hung"),
        ended.count("killed"),
        ended.count("succeeded"),
        sum(trial.committed for trial in fired),
        sum(one.lost for one in findings),
        sum(one.doubled for one in findings),
        sum(one.wrong for one in findings),
        sum(len(one.other) for one in findings),
    )
    return f"| {name} | " + " | ".join(map(str, numbers)) + " |"


def _said(findings: Findings) -> str:
    counts = f"lost {findings.lost}, doubled {findings.doubled}, wrong {findings.wrong}"
    return "; ".join((counts, *findings.other))
