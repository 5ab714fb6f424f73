"""Places in S3, and the pipeline's layout of its two buckets."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from imdb_etl.errors import ConfigError

SCHEMES = ("s3", "s3a", "s3n")


@dataclass(frozen=True)
class S3Location:
    """A bucket with a key (one object) or a prefix (a folder, ending in `/`, or empty)."""

    bucket: str
    key: str

    @classmethod
    def parse(cls, uri: str) -> "S3Location":
        """Reads `s3://bucket/key`; raises ConfigError for anything else."""
        parts = urlsplit(uri, allow_fragments=False)
        if parts.scheme not in SCHEMES or not parts.netloc:
            raise ConfigError(f"{uri!r} is not a place in S3; expected s3://bucket/folder/file.csv")
        # A '?' is legal in a key and means no query there.
        key = parts.path.removeprefix("/") + (f"?{parts.query}" if parts.query else "")
        return cls(parts.netloc, key)

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"

    @property
    def name(self) -> str:
        """The last part of the key."""
        return self.key.rstrip("/").rpartition("/")[2]

    def __truediv__(self, part: str) -> "S3Location":
        base = self.key if not self.key or self.key.endswith("/") else f"{self.key}/"
        return S3Location(self.bucket, base + part)

    def same_place(self, other: "S3Location") -> bool:
        """Whether both name one place; crawlers end a folder's location in `/`, people may not."""
        return (self.bucket, self.key.rstrip("/")) == (other.bucket, other.key.rstrip("/"))


def raw_folder(data_bucket: str, name: str) -> S3Location:
    """Where input files land; the crawler names the catalog table after the folder."""
    return S3Location(data_bucket, f"raw/{name}/")


def rejected_folder(data_bucket: str, run_id: str) -> S3Location:
    """The rows that one run did not load, as JSON lines."""
    return S3Location(data_bucket, f"rejected/run_id={run_id}/")


def rule_outcomes_folder(data_bucket: str, run_id: str) -> S3Location:
    """The outcome of each rule in one run, as JSON lines."""
    return S3Location(data_bucket, f"rule-outcomes/run_id={run_id}/")


def summary_object(data_bucket: str, run_id: str) -> S3Location:
    """One run's summary; it is there if and only if the run loaded its rows."""
    return S3Location(data_bucket, f"runs/{run_id}/summary.json")


def staging_run_folder(data_bucket: str, run_id: str) -> S3Location:
    """Where the Redshift connector stages one run's files for COPY."""
    return S3Location(data_bucket, f"staging/run_id={run_id}/")


def rejects_marker(data_bucket: str, run_id: str) -> S3Location:
    """Written last: without it the run's rejects are not to be seen."""
    return rejected_folder(data_bucket, run_id) / "_COMPLETE"


def pending_folder(data_bucket: str) -> S3Location:
    """The notes of runs that are loading (publishing.py), one object each, named by the run."""
    return S3Location(data_bucket, "pending/")


def ruleset_object(artifacts_bucket: str, name: str) -> S3Location:
    """The text of a ruleset."""
    return S3Location(artifacts_bucket, f"rulesets/{name}.dqdl")


@dataclass(frozen=True)
class Places:
    """Where one run writes in S3: folders, and the objects `marker`, `summary` and `pending`."""

    rejects: S3Location
    marker: S3Location
    rule_outcomes: S3Location
    staging: S3Location
    summary: S3Location
    pending: S3Location

    @classmethod
    def of(cls, data_bucket: str, run_id: str) -> "Places":
        return cls(
            rejected_folder(data_bucket, run_id),
            rejects_marker(data_bucket, run_id),
            rule_outcomes_folder(data_bucket, run_id),
            staging_run_folder(data_bucket, run_id),
            summary_object(data_bucket, run_id),
            pending_folder(data_bucket) / f"{run_id}.json",
        )
