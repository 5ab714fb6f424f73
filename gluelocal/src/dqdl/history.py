"""What earlier evaluations measured: one record an evaluation, kept by evaluation context.

Dynamic rules, DetectAnomalies and observations read it (AWS Glue Developer Guide, dqdl, "Dynamic
rules"; Glue keeps its statistics in the service). Records are never changed: a folder or a bucket
that two runs write to at once loses nothing. Old records may be deleted at any time, which is also
how a result is left out of later averages.
"""

import hashlib
import itertools
import json
import math
import os
import re
import threading
import uuid
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from dqdl.errors import HistoryError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

KEPT_IN_MEMORY = 1000
SPARE_RECORDS = 100
RECORD_NAME = re.compile(r"\d{8}T\d{12}Z-[0-9a-f]{8}\.json")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")


@dataclass(frozen=True)
class HistoryRecord:
    """`moment` is when the evaluation ended, UTC; `metrics` holds finite numbers alone."""

    context: str
    moment: datetime
    metrics: Mapping[str, float]


class HistoryStore(Protocol):
    """`record` and `newest` raise HistoryError when the store cannot be written or read."""

    def record(self, record: HistoryRecord) -> None:
        """Adds the record, whole or not at all."""

    def newest(self, context: str) -> Iterator[HistoryRecord]:
        """The context's records, newest first, each read when it is asked for."""


class MemoryHistory:
    """Lives and ends with the process; the newest 1,000 records of a context are kept."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._records: dict[str, deque[HistoryRecord]] = {}

    def record(self, record: HistoryRecord) -> None:
        with self._lock:
            kept = self._records.setdefault(record.context, deque(maxlen=KEPT_IN_MEMORY))
            kept.append(record)

    def newest(self, context: str) -> Iterator[HistoryRecord]:
        with self._lock:
            found = list(self._records.get(context, ()))
        return reversed(found)


class FolderHistory:
    """One folder a context, one JSON file a record, named by time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def record(self, record: HistoryRecord) -> None:
        folder = self._folder / folder_name(record.context)
        name = record_name(record.moment)
        unfinished = folder / f".{name}.tmp"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with unfinished.open("w", encoding="utf-8") as file:
                file.write(to_json(record))
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(folder / name)
        except OSError as problem:
            raise HistoryError(f"cannot record the metrics in {folder}: {problem}") from problem

    def newest(self, context: str) -> Iterator[HistoryRecord]:
        folder = self._folder / folder_name(context)
        try:
            names = [path.name for path in folder.iterdir()]
        except FileNotFoundError:
            return
        except OSError as problem:
            raise HistoryError(f"cannot read the history in {folder}: {problem}") from problem
        for name in sorted(filter(RECORD_NAME.fullmatch, names), reverse=True):
            path = folder / name
            try:
                data = path.read_bytes()
            except FileNotFoundError:
                continue  # deleted since the folder was listed
            except OSError as problem:
                raise HistoryError(f"cannot read the history in {folder}: {problem}") from problem
            yield from_json(data, str(path), context)


_PROCESS = MemoryHistory()


def open_history(
    location: str | Path | None = None, spark: "SparkSession | None" = None
) -> HistoryStore:
    """Where history is kept: None for this process's memory, a local folder, or a URL.

    A URL (s3://bucket/prefix, hdfs://..., file:/...) is written and read through the session's
    Hadoop file systems, with the session's own credentials, and needs `spark`.
    """
    if location is None:
        return _PROCESS
    if isinstance(location, Path) or not _URL.match(location):
        return FolderHistory(Path(location))
    if spark is None:
        raise HistoryError(
            f"{location} is read through Spark: pass the session, open_history(location, spark)"
        )
    from dqdl.hadoophistory import HadoopHistory

    return HadoopHistory(spark, location)


class MetricHistory:
    """The earlier values of metrics in one context; no record is read twice, none too many."""

    def __init__(self, store: HistoryStore, context: str) -> None:
        self._unread = store.newest(context)
        self._read: list[HistoryRecord] = []

    def values(self, metric: str, count: int) -> list[float]:
        """The newest `count` values at most, newest first.

        A record without the metric is passed over; at most 100 records more than `count` are read.
        """
        found = (
            record.metrics[metric]
            for record in itertools.islice(self._records(), count + SPARE_RECORDS)
            if metric in record.metrics
        )
        return list(itertools.islice(found, count))

    def _records(self) -> Iterator[HistoryRecord]:
        yield from self._read
        for record in self._unread:
            self._read.append(record)
            yield record


def record_name(moment: datetime) -> str:
    """Sorts by time; two evaluations in one microsecond have two names."""
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%S%fZ}-{uuid.uuid4().hex[:8]}.json"


def folder_name(context: str) -> str:
    """One plain name whatever the context holds, another one for each context."""
    readable = re.sub(r"[^A-Za-z0-9_-]+", "_", context)[:60]
    return f"{readable}-{hashlib.sha256(context.encode()).hexdigest()[:16]}"


def to_json(record: HistoryRecord) -> str:
    finite = {name: value for name, value in record.metrics.items() if math.isfinite(value)}
    described = {
        "context": record.context,
        "moment": record.moment.astimezone(UTC).isoformat(),
        "metrics": finite,
    }
    return json.dumps(described, allow_nan=False)


def from_json(data: bytes, where: str, context: str) -> HistoryRecord:
    """HistoryError for data that is no record of the context."""
    try:
        described = json.loads(data)
        record = HistoryRecord(
            str(described["context"]),
            datetime.fromisoformat(described["moment"]),
            {str(name): float(value) for name, value in described["metrics"].items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise HistoryError(
            f"{where} is not a whole history record ({type(problem).__name__}: {problem}). "
            "Restore it, or delete it to go on without that evaluation"
        ) from problem
    if record.context != context:
        raise HistoryError(f"{where} is a record of context {record.context!r}, not {context!r}")
    return record
