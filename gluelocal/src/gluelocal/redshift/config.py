"""What the gateway process is told: one JSON object on standard input.

Not on the command line and not in the environment, since other users of a machine can read those.
"""

import json
from dataclasses import dataclass, field, fields
from pathlib import Path

from gluelocal.redshift.errors import StartError


@dataclass(frozen=True)
class GatewayConfiguration:
    """Where the state lives, where to listen, who may log in, and which S3 to read.

    `port` 0 takes a free one; the data lives in `<state>/redshift`.
    """

    state: Path
    port: int
    user: str
    password: str = field(repr=False)
    database: str
    aws_endpoint_url: str
    aws_region: str
    aws_access_key_id: str = field(repr=False)
    aws_secret_access_key: str = field(repr=False)

    @property
    def folder(self) -> Path:
        """Everything of this Redshift: data, log, lock."""
        return self.state / "redshift"

    @classmethod
    def from_json(cls, text: str) -> "GatewayConfiguration":
        """StartError names the keys that are missing, unknown or of another type."""
        try:
            values = json.loads(text)
        except ValueError as problem:
            raise StartError(f"the configuration on standard input is no JSON: {problem}") from None
        if not isinstance(values, dict):
            raise StartError("the configuration on standard input must be one JSON object")
        names = {entry.name for entry in fields(cls)}
        if values.keys() != names:
            missing = ", ".join(sorted(names - values.keys())) or "none"
            unknown = ", ".join(sorted(values.keys() - names)) or "none"
            raise StartError(f"configuration keys missing: {missing}; unknown: {unknown}")
        for name in sorted(names):
            expected = int if name == "port" else str
            if not isinstance(values[name], expected):
                raise StartError(f"configuration key {name} must be of type {expected.__name__}")
        for name in ("user", "password", "database"):
            if not values[name]:
                raise StartError(f"configuration key {name} must not be empty")
        return cls(**values | {"state": Path(values["state"]).absolute()})
