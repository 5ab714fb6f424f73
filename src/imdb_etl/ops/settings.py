"""The project's folder and its settings: conf/base.yml, then conf/<environment>.yml over it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from imdb_etl.config import Column, MergeBy, Mode, OnFailedRuleset, build
from imdb_etl.errors import ConfigError, RulesetError

Environment = Literal["local", "aws"]

CONFIG_KEY = "config/imdb-etl.json"


@dataclass(frozen=True)
class RedshiftSettings:
    """The target table; the connection and the database come from the stack."""

    schema: str
    table: str
    key: tuple[str, ...]
    prefer_highest: str
    mode: Mode
    merge_by: MergeBy


@dataclass(frozen=True)
class AccountCommands:
    """How to start, stop and ask a local account; each is a command line as a list."""

    up: tuple[str, ...]
    down: tuple[str, ...]
    status: tuple[str, ...]
    env: tuple[str, ...]


@dataclass(frozen=True)
class AwsSettings:
    """What only AWS has (infra/template.yaml has what each parameter does).

    `subnet_ids`: of a VPC that is there already, the job's first; none lets the stack make a VPC.
    `redshift_database`, `redshift_user` and `redshift_capacity` (RPUs) are for the Redshift that
    the stack makes, `redshift_role` (an ARN) is for one that is there already.
    """

    subnet_ids: tuple[str, ...]
    redshift_database: str
    redshift_user: str
    redshift_capacity: int
    redshift_role: str
    job_retries: int
    failed_rules_alarm: int
    monthly_budget: int


@dataclass(frozen=True)
class Settings:
    """All settings of one environment; `staging_keep_days` is for `imdb-etl clean`."""

    stack_name: str
    notification_email: str
    ruleset: str
    sample: str
    source_name: str
    redshift: RedshiftSettings
    on_failed_ruleset: OnFailedRuleset
    staging_keep_days: int
    columns: tuple[Column, ...]
    account: AccountCommands | None
    aws: AwsSettings | None = None

    def job_config(self, outputs: Mapping[str, str], database: str) -> str:
        """The JSON that the job reads; `outputs` are the stack's, `database` is Redshift's."""
        return json.dumps(
            {
                "catalog_database": outputs["GlueDatabase"],
                "data_bucket": outputs["DataBucket"],
                "artifacts_bucket": outputs["ArtifactsBucket"],
                "redshift": asdict(self.redshift)
                | {
                    "connection": outputs["RedshiftConnection"],
                    "database": database,
                    "role": outputs.get("RedshiftRole", ""),
                },
                "on_failed_ruleset": self.on_failed_ruleset,
                "columns": [asdict(column) for column in self.columns],
            },
            indent=2,
        )


@dataclass(frozen=True)
class Project:
    """A checkout: conf/, infra/, jobs/, data/ and the package's source."""

    root: Path

    @classmethod
    def find(cls, start: Path) -> "Project":
        """The project that `start` is in; ConfigError when it is in none."""
        for folder in (start, *start.parents):
            if (folder / "conf" / "base.yml").is_file():
                return cls(folder)
        raise ConfigError(
            f"{start} is not in an imdb-etl project (no conf/base.yml here or above); "
            "change into the project's folder"
        )

    @property
    def template(self) -> Path:
        """The CloudFormation template of every environment."""
        return self.root / "infra" / "template.yaml"

    def settings(self, environment: Environment) -> Settings:
        """The merged and checked settings of an environment."""
        base = _read(self.root / "conf" / "base.yml")
        over_file = self.root / "conf" / f"{environment}.yml"
        try:
            return build(Settings, _merged(base, _read(over_file)))
        except ConfigError as problem:
            raise ConfigError(f"conf/base.yml with conf/{environment}.yml: {problem}") from problem

    def ruleset_file(self, name: str) -> Path:
        """The file of a ruleset by its name, or a .dqdl file by its path."""
        if name.endswith(".dqdl"):
            file = Path(name)
            if file.is_file():
                return file
            raise RulesetError(f"there is no ruleset file {file}")
        folder = self.root / "conf" / "rulesets"
        file = folder / f"{name}.dqdl"
        if file.is_file():
            return file
        known = ", ".join(sorted(found.stem for found in folder.glob("*.dqdl"))) or "none"
        raise RulesetError(f"there is no ruleset {name!r}; conf/rulesets has: {known}")


def _read(file: Path) -> dict[str, Any]:
    try:
        data = yaml.safe_load(file.read_text())
    except OSError as problem:
        raise ConfigError(f"{file} cannot be read: {problem.strerror}") from problem
    except yaml.YAMLError as problem:
        raise ConfigError(f"{file} is not YAML: {problem}") from problem
    if not isinstance(data, dict):
        raise ConfigError(f"{file}: expected keys and values at the top level")
    return data


def _merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """`over` wins, key by key at every level; a list is replaced as a whole."""
    merged = dict(base)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merged(merged[key], value) if both else value
    return merged
