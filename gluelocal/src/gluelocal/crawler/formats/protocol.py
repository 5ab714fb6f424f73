"""What a file format tells the crawler. A new format is one module here and one registry entry."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from gluelocal.crawler.sample import Sample
from gluelocal.crawler.schema import Column


@dataclass(frozen=True)
class Storage:
    """How Hive-compatible engines read the files; empty for what nothing can read."""

    input_format: str = ""
    output_format: str = ""
    serde: str = ""
    serde_parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Detected:
    """A file's classification and schema. `records` in `record_bytes` is what was looked at.

    `counted` when those are all of the file's, by its own account and not by an estimate.
    """

    classification: str
    columns: tuple[Column, ...]
    storage: Storage
    parameters: Mapping[str, str]
    records: int
    record_bytes: int
    counted: bool = False


class Format(Protocol):
    """One classifier: its name in the log and its verdict on a sample."""

    @property
    def name(self) -> str: ...

    def sniff(self, sample: Sample) -> Detected | None:
        """What the sample is, with certainty 1.0, or None: certainty 0.0.

        AWS's classifiers may answer in between; none of those here does.
        """
        ...


TEXT_INPUT = "org.apache.hadoop.mapred.TextInputFormat"
TEXT_OUTPUT = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
