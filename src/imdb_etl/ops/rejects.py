"""`imdb-etl rejects list | show`: the rejected rows of finished runs, read from S3 as a stream."""

import gzip
import io
import json
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from imdb_etl.errors import ConfigError, ImdbEtlError
from imdb_etl.locations import S3Location, rejected_folder, rejects_marker
from imdb_etl.rejects import Marker

Row = Mapping[str, Any]
"""A rejected row: cells by column, numbers as the text that the job wrote. NULL may be absent."""

_RUN = re.compile(r"[A-Za-z0-9_.-]{1,200}")
_SHOWN_RUNS = 5
_CHUNK_BYTES = 64 * 1024


class RejectsError(ImdbEtlError):
    """Rejects that are not there, not visible or not readable, or cannot be replayed."""


@dataclass(frozen=True)
class RejectedRun:
    """A run whose rejects are visible; `time` (ISO 8601) is when they became so."""

    run_id: str
    time: str
    rejected: int
    read: int
    source: str
    ruleset: str


@dataclass(frozen=True)
class RejectedRuns:
    """Newest first; `unfinished` counts the runs that wrote rejects and have no marker."""

    runs: tuple[RejectedRun, ...]
    unfinished: int


def list_runs(client: Any, bucket: str) -> RejectedRuns:
    """Every run with a marker (`client`: boto3 s3, here and below)."""
    found: list[tuple[datetime, RejectedRun]] = []
    unfinished = 0
    for run_id in run_ids(client, bucket):
        seen = _marker(client, bucket, run_id)
        if seen is None:
            unfinished += 1
            continue
        marker, time = seen
        run = RejectedRun(
            run_id=run_id,
            time=time.isoformat(timespec="seconds"),
            rejected=marker.rows.rejected,
            read=marker.rows.read,
            source=marker.source,
            ruleset=marker.ruleset,
        )
        found.append((time, run))
    found.sort(key=lambda one: one[0], reverse=True)
    return RejectedRuns(tuple(run for _, run in found), unfinished)


def find_run(client: Any, bucket: str, given: str) -> Marker:
    """The marker of the one run whose id is, or begins with, `given`.

    Raises RejectsError when there is none, when there are several, and when the run's rejects are
    not visible.
    """
    if _RUN.fullmatch(given) is None:
        raise RejectsError(
            f"{given!r} is not the id of a run, nor its beginning: letters, digits, _, - and . "
            "are expected; `imdb-etl rejects list` has the ids"
        )
    matching = list(run_ids(client, bucket, given))
    if not matching:
        raise RejectsError(
            f"no run whose id begins with {given} has rejects; `imdb-etl rejects list` has those "
            "that do"
        )
    if given not in matching and len(matching) > 1:
        shown = ", ".join(matching[:_SHOWN_RUNS])
        more = ", ..." if len(matching) > _SHOWN_RUNS else ""
        raise RejectsError(
            f"{given} is the beginning of {len(matching)} runs' ids: {shown}{more}; give more of it"
        )
    run_id = given if given in matching else matching[0]
    seen = _marker(client, bucket, run_id)
    if seen is None:
        raise RejectsError(
            f"the rejects of run {run_id} are not visible, because the run did not finish. If it "
            "is over (`imdb-etl status`), run again: that publishes them when its rows were loaded"
        )
    return seen[0]


def run_ids(client: Any, bucket: str, beginning: str = "") -> Iterator[str]:
    """The ids of the runs that have anything under rejected/, sorted, visible or not."""
    yield from folder_run_ids(client, rejected_folder(bucket, beginning))


def folder_run_ids(client: Any, beginning: S3Location) -> Iterator[str]:
    """The ids of `.../run_id=<id>/` folders; `beginning` is such a folder, its id cut short."""
    pages = client.get_paginator("list_objects_v2").paginate(
        Bucket=beginning.bucket, Prefix=beginning.key.removesuffix("/"), Delimiter="/"
    )
    for page in pages:
        for common in page.get("CommonPrefixes", []):
            yield common["Prefix"].rstrip("/").rpartition("run_id=")[2]


def lines(client: Any, bucket: str, run_id: str) -> Iterator[str]:
    """A run's rejects, one JSON object a line, as the job wrote them, in the order of the files."""
    for text, _ in _placed_lines(client, rejected_folder(bucket, run_id)):
        yield text


def rows(client: Any, bucket: str, run_id: str) -> Iterator[Row]:
    """As `lines`, parsed; RejectsError names the place of a line that is no JSON object."""
    for text, place in _placed_lines(client, rejected_folder(bucket, run_id)):
        try:
            # A number stays as it is written: a float would change its digits.
            row = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
        except json.JSONDecodeError as problem:
            raise RejectsError(f"{place} is not JSON: {problem}") from problem
        if not isinstance(row, dict):
            raise RejectsError(f"{place}: expected a JSON object, got {text[:100]!r}")
        yield row


def cell(row: Row, column: str) -> str:
    """A cell as text; NULL is empty."""
    value = row.get(column)
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def reasons(row: Row, column: str) -> Sequence[str]:
    """The texts in an array column."""
    value = row.get(column)
    return [str(text) for text in value] if isinstance(value, list) else []


def _marker(client: Any, bucket: str, run_id: str) -> tuple[Marker, datetime] | None:
    place = rejects_marker(bucket, run_id)
    try:
        answer = client.get_object(Bucket=place.bucket, Key=place.key)
    except client.exceptions.NoSuchKey:
        return None
    try:
        return Marker.from_json(answer["Body"].read().decode()), answer["LastModified"]
    except (ConfigError, UnicodeDecodeError) as problem:
        raise RejectsError(f"{place}: {problem}") from problem


def _placed_lines(client: Any, folder: S3Location) -> Iterator[tuple[str, str]]:
    pages = client.get_paginator("list_objects_v2").paginate(
        Bucket=folder.bucket, Prefix=folder.key
    )
    for page in pages:
        for found in page.get("Contents", []):
            if not _is_data(found["Key"].removeprefix(folder.key)):
                continue
            place = S3Location(folder.bucket, found["Key"])
            body = client.get_object(Bucket=place.bucket, Key=place.key)["Body"]
            try:
                for number, line in enumerate(_raw_lines(body, place.key), start=1):
                    if line.strip():
                        yield line.decode("utf-8", errors="replace"), f"{place}, line {number}"
            except (EOFError, zlib.error, gzip.BadGzipFile) as problem:
                raise RejectsError(f"{place} is not a whole gzip file: {problem}") from problem


def _raw_lines(body: Any, key: str) -> Iterator[bytes]:
    if not key.endswith(".gz"):
        return iter(body.iter_lines(chunk_size=_CHUNK_BYTES))
    unpacked = io.BufferedReader(gzip.GzipFile(fileobj=body), _CHUNK_BYTES)
    return (line.rstrip(b"\r\n") for line in unpacked)


def _is_data(name: str) -> bool:
    # Names that begin with _ or . are Hadoop's own, and the marker; Spark skips them as well.
    return bool(name) and not any(part.startswith(("_", ".")) for part in name.split("/"))
