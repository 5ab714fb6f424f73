"""Looks for every row after a fault: in the target, in the visible rejects, in the audit tables."""

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from faults.expected import Expected, Key, Row, key_of
from faults.inputs import HEADER
from faults.rig import Rig

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_NUMERIC = {"imdb_rating", "meta_score", "no_of_votes"}
_COLUMNS = tuple(name.lower() for name in HEADER)
_KEPT_TABLES = {"imdb_movies", "loads", "load_files"}
_SETTLE_QUERY = (
    "select count(*) from pg_stat_activity "
    "where usename = 'awsuser' and pid <> pg_backend_pid() and backend_type = 'client backend'"
)

Table = Mapping[Key, Row]


@dataclass
class Findings:
    """What was not as it must be. Rows are counted in the target and in the rejects together."""

    lost: int = 0
    doubled: int = 0
    wrong: int = 0
    other: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not (self.lost or self.doubled or self.wrong or self.other)

    def note(self, text: str) -> None:
        self.other.append(text)

    def __add__(self, other: "Findings") -> "Findings":
        return Findings(
            self.lost + other.lost,
            self.doubled + other.doubled,
            self.wrong + other.wrong,
            self.other + other.other,
        )


def sessions(rig: Rig) -> int:
    """Sessions of clients that Redshift still has; those of a run that broke go by themselves."""
    return int(rig.redshift.query(_SETTLE_QUERY)[0][0])


def target_rows(rig: Rig) -> Counter[Row]:
    """Every row of the target, with how often it is there."""
    rows = rig.redshift.query(f"select {', '.join(rig.columns)} from movies.imdb_movies")
    return Counter(rows)


def loads(rig: Rig) -> dict[str, list[tuple[int, int, int]]]:
    """What movies.loads says: rows read, loaded and rejected by load id."""
    found: dict[str, list[tuple[int, int, int]]] = {}
    for name, *counts in rig.redshift.query(
        "select load_id, rows_read, rows_loaded, rows_rejected from movies.loads"
    ):
        read, loaded, rejected = map(int, counts)
        found.setdefault(str(name), []).append((read, loaded, rejected))
    return found


def check_target(rows: Counter[Row], wanted: Table, findings: Findings) -> None:
    """Each wanted row once, with its exact values; and no other."""
    by_key: dict[Key, list[Row]] = {}
    for row, count in rows.items():
        by_key.setdefault(key_of(row), []).extend([row] * count)
    for key, row in wanted.items():
        found = by_key.pop(key, [])
        if not found:
            findings.lost += 1
        elif len(found) > 1:
            findings.doubled += len(found) - 1
        elif found != [row] or list(map(type, found[0])) != list(map(type, row)):
            findings.wrong += 1
    for key, found in by_key.items():
        findings.doubled += len(found)
        findings.note(f"the target has a row that it must not have: {key}")


def same_target(rows: Counter[Row], wanted: Table) -> bool:
    """Whether the target is exactly that."""
    return rows == Counter(wanted.values())


def check_rejects(rig: Rig, run_id: str, wanted: Expected, findings: Findings) -> None:
    """The run's visible rejects are exactly the input's invalid rows, each with its reasons."""
    marker, rows = visible_rejects(rig, run_id)
    if marker is None:
        findings.note(f"run {run_id[-4:]}: its rejects are not visible")
        findings.lost += wanted.rejected.total()
        return
    found = Counter(tuple(_cell(name, row.get(name)) for name in _COLUMNS) for row in rows)
    expected: Counter[tuple[str, ...]] = Counter()
    files: dict[tuple[str, ...], set[str]] = {}
    for cells, count in wanted.rejected.items():
        row_cells = tuple(map(_cell, _COLUMNS, cells))
        expected[row_cells] += count
        files.setdefault(row_cells, set()).update(wanted.files[cells])
    findings.lost += (expected - found).total()
    findings.doubled += (found - expected).total()
    for row in rows:
        if not row.get("reject_reasons") or row.get("run_id") != run_id:
            findings.note(f"a reject without reasons or with another run's id: {row}")
        cells = tuple(_cell(name, row.get(name)) for name in _COLUMNS)
        if str(row.get("source_file", "")).rpartition("/")[2] not in files.get(cells, ()):
            findings.note(f"a reject with a wrong source_file: {row}")
    counts = (wanted.read, len(wanted.loaded), wanted.rejected.total())
    said = marker.get("rows", {})
    if (said.get("read"), said.get("loaded"), said.get("rejected")) != counts:
        findings.note(f"run {run_id[-4:]}: its marker says {said}, and right is {counts}")


def visible_rejects(rig: Rig, run_id: str) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    """The marker and the rows of a run's rejects; None without a marker."""
    prefix = f"rejected/run_id={run_id}/"
    keys = [key for key in keys_under(rig, prefix) if not key.endswith("/")]
    marker_key = f"{prefix}_COMPLETE"
    if marker_key not in keys:
        return None, []
    rows = [
        json.loads(line, parse_float=Decimal)
        for key in keys
        if key != marker_key
        for line in _body(rig, key).splitlines()
    ]
    return json.loads(_body(rig, marker_key)), rows


def check_loads(rig: Rig, run_ids: Iterable[str], wanted: Expected, findings: Findings) -> set[str]:
    """movies.loads has each of these runs at most once, with the right counts; who is there."""
    counts = (wanted.read, len(wanted.loaded), wanted.rejected.total())
    found = loads(rig)
    present = set()
    for run_id in run_ids:
        rows = found.get(run_id, [])
        if rows:
            present.add(run_id)
        if len(rows) > 1:
            findings.note(f"movies.loads has run {run_id[-4:]} {len(rows)} times")
        if any(row != counts for row in rows):
            findings.note(f"movies.loads says {rows} of run {run_id[-4:]}, and right is {counts}")
    return present


def check_leftovers(rig: Rig, findings: Findings) -> None:
    """No staging table is left."""
    tables = rig.redshift.query(
        "select table_name from information_schema.tables where table_schema = 'movies'"
    )
    if left := {str(name) for (name,) in tables} - _KEPT_TABLES:
        findings.note(f"tables left behind: {', '.join(sorted(left))}")


def keys_under(rig: Rig, prefix: str) -> list[str]:
    """The keys of the data bucket that begin so."""
    pages = rig.s3.get_paginator("list_objects_v2").paginate(Bucket=rig.bucket, Prefix=prefix)
    return [found["Key"] for page in pages for found in page.get("Contents", ())]


def _body(rig: Rig, key: str) -> str:
    body = rig.s3.get_object(Bucket=rig.bucket, Key=key)["Body"].read()
    return str((gzip.decompress(body) if key.endswith(".gz") else body).decode())


def _cell(name: str, value: object) -> str:
    """A cell in one form, whether it comes from the CSV or, by its column's type, as a number."""
    if value is None:
        return ""
    text = str(value)
    if name in _NUMERIC and _NUMBER.fullmatch(text):
        return f"{Decimal(text).normalize():f}"
    return text
