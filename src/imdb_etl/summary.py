"""What one run did: the record that the job writes to S3 and that the commands print."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from imdb_etl.config import build
from imdb_etl.names import PASSED


@dataclass(frozen=True)
class RuleOutcome:
    """One rule's outcome on the whole input; `metrics` has its measured values by metric name."""

    rule: str
    outcome: str
    reason: str | None
    metrics: Mapping[str, float]

    @property
    def passed(self) -> bool:
        return self.outcome == PASSED


@dataclass(frozen=True)
class RowCounts:
    """Rows of the input, and where they went: read = loaded + rejected."""

    read: int
    loaded: int
    rejected: int


@dataclass(frozen=True)
class RunSummary:
    """One finished run. Times are seconds by step; `rejects` and `rule_outcomes` are S3 folders."""

    job: str
    run_id: str
    ruleset: str
    source: str
    table: str
    mode: str
    rows: RowCounts
    rules: tuple[RuleOutcome, ...]
    rejects: str
    rule_outcomes: str
    seconds: Mapping[str, float]

    @property
    def rules_passed(self) -> int:
        return sum(rule.passed for rule in self.rules)

    @property
    def score(self) -> float:
        """Passed rules / all rules, as Glue Data Quality scores a result; 1.0 without rules."""
        return self.rules_passed / len(self.rules) if self.rules else 1.0

    def timed(self, seconds: Mapping[str, float]) -> "RunSummary":
        """The same with the seconds of the steps so far."""
        return replace(self, seconds=dict(seconds))

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=2, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "RunSummary":
        """Reads what to_json wrote; raises ConfigError for anything else."""
        return build(cls, json.loads(text))
