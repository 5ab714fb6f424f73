"""The marker that makes a run's rejects visible."""

import json
from dataclasses import asdict, dataclass

from imdb_etl.config import build
from imdb_etl.errors import ConfigError
from imdb_etl.summary import RowCounts


@dataclass(frozen=True)
class Marker:
    """What a finished run says of itself beside its rejected rows."""

    run_id: str
    job: str
    ruleset: str
    source: str
    rows: RowCounts

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=2, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "Marker":
        """Reads what to_json wrote; raises ConfigError for anything else."""
        try:
            data = json.loads(text)
        except json.JSONDecodeError as problem:
            raise ConfigError(f"the marker of a run's rejects is not JSON: {problem}") from problem
        return build(cls, data)
