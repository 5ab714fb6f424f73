"""The SQL of a load: what runs before and after COPY, in the one transaction of the load.

The connector splits pre- and postactions at semicolons and may take a % for a placeholder, so no
statement has either (spark-redshift, RedshiftWriter).
"""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from imdb_etl.config import MergeBy, Mode, RedshiftTarget
from imdb_etl.names import LOAD_FILES_TABLE, LOADS_TABLE
from imdb_etl.summary import RowCounts

AUDIT_MARK = "imdb-etl audit"
REPEAT_MARK = "imdb-etl repeat"
"""In the message of a transaction that was refused because its load is recorded already."""

# What an audit text may hold; a quote, a semicolon or a % would be read by somebody on the way.
_UNSAFE = re.compile(r"[^A-Za-z0-9 ._/=:@+,()-]")


@dataclass(frozen=True)
class SourceFile:
    """A file of the input. `etag` is S3's mark of its content, `rows` how many it gave."""

    url: str
    etag: str
    rows: int

    @property
    def file_id(self) -> str:
        """The same for the same content at the same address."""
        return hashlib.sha256(f"{self.url} {self.etag}".encode()).hexdigest()[:40]


@dataclass(frozen=True)
class Load:
    """One load: its id is the job run's, and its counts are those that must come out."""

    load_id: str
    job: str
    source: str
    ruleset: str
    rows: RowCounts
    files: tuple[SourceFile, ...]


@dataclass(frozen=True)
class LoadStatements:
    """The SQL around COPY; `before` and `after` are single statements without a semicolon."""

    staging: str
    before: tuple[str, ...]
    after: tuple[str, ...]


def load_statements(target: RedshiftTarget, columns: Sequence[str], load: Load) -> LoadStatements:
    """Stages into a table of its own, checks it, loads it by the target's mode, and records it.

    The transaction fails when COPY put another number of rows there than `load` says, when this
    load is recorded already, and in the mode append when one of its files is.
    """
    table = f"{target.schema}.{target.table}"
    # A run id has 67 characters, and with the table's name would be longer than a name may be.
    staging = f"{table[:40]}_stage_{hashlib.sha256(load.load_id.encode()).hexdigest()[:12]}"
    names = Names(table, staging, tuple(target.key), tuple(columns))
    return LoadStatements(
        staging,
        before=(
            f"drop table if exists {staging}",
            # LIKE keeps NOT NULL, widths and the distribution key, so COPY is as strict as the
            # target, and the delete joins on one node.
            f"create table {staging} (like {table})",
        ),
        after=(
            _count_check(staging, load.rows.loaded),
            # Two loads at once would each delete nothing and both insert; and who waits here sees
            # afterwards what the other one has recorded.
            f"lock table {table}",
            *_repeat_checks(target, load),
            *_MODES[target.mode](names, target.merge_by),
            *_record(target, load),
            f"drop table {staging}",
        ),
    )


@dataclass(frozen=True)
class Names:
    """The tables and columns of one load."""

    table: str
    staging: str
    key: tuple[str, ...]
    columns: tuple[str, ...]

    @property
    def same_key(self) -> str:
        return " and ".join(f"{self.table}.{name} = {self.staging}.{name}" for name in self.key)

    @property
    def insert(self) -> str:
        names = ", ".join(self.columns)
        return f"insert into {self.table} ({names}) select {names} from {self.staging}"


def _merge(names: Names, merge_by: MergeBy) -> tuple[str, ...]:
    """Delete and insert is AWS's own pattern for a merge that replaces whole rows.

    (Redshift developer guide, "Merge method 1"; MERGE is a statement of Redshift since 2023.)
    """
    if merge_by == "delete_insert":
        return (
            f"delete from {names.table} using {names.staging} where {names.same_key}",
            names.insert,
        )
    changed = [name for name in names.columns if name not in names.key]
    values = ", ".join(f"{names.staging}.{name}" for name in names.columns)
    updates = ", ".join(f"{name} = {names.staging}.{name}" for name in changed)
    return (
        f"merge into {names.table} using {names.staging} on {names.same_key} "
        f"when matched then update set {updates} "
        f"when not matched then insert ({', '.join(names.columns)}) values ({values})",
    )


def _append(names: Names, _: MergeBy) -> tuple[str, ...]:
    return (names.insert,)


def _replace(names: Names, _: MergeBy) -> tuple[str, ...]:
    # TRUNCATE would end the transaction (Redshift, "TRUNCATE").
    return f"delete from {names.table}", names.insert


_MODES: Mapping[Mode, Callable[[Names, MergeBy], tuple[str, ...]]] = {
    "merge": _merge,
    "append": _append,
    "replace": _replace,
}


def _count_check(staging: str, expected: int) -> str:
    """Fails, with both numbers in the message, when the table has another number of rows."""
    return _refusal(
        f"count(*) = {expected}",
        f"'{AUDIT_MARK}: {expected} rows were sent and COPY loaded ' || "
        "cast(count(*) as varchar(20))",
        staging,
    )


def _repeat_checks(target: RedshiftTarget, load: Load) -> list[str]:
    loads = f"{target.schema}.{LOADS_TABLE} where load_id = {literal(load.load_id)}"
    known = literal(f"{REPEAT_MARK}: load {load.load_id} is recorded")
    checks = [_refusal("count(*) = 0", f"{known} || cast(count(*) as varchar(20))", loads)]
    if target.mode == "append" and load.files:
        ids = ", ".join(literal(file.file_id) for file in load.files)
        files = f"{target.schema}.{LOAD_FILES_TABLE} where file_id in ({ids})"
        other = f"'{AUDIT_MARK}: files that another run appended meanwhile: '"
        checks.append(_refusal("count(*) = 0", f"{other} || cast(count(*) as varchar(20))", files))
    return checks


def _refusal(condition: str, text: str, source: str) -> str:
    """A query that fails with `text` in its message unless `condition` holds for the count.

    SQL outside a procedure has no RAISE. A text that is no number, cast to one, fails in Redshift
    and in PostgreSQL alike, and both put the text into the message. It depends on the count, so
    no planner evaluates it in advance.
    """
    return f"select case when {condition} then 0 else cast({text} as integer) end from {source}"


def _record(target: RedshiftTarget, load: Load) -> list[str]:
    rows = load.rows
    texts = (load.load_id, load.job, load.source, load.ruleset, target.mode)
    numbers = (rows.read, rows.loaded, rows.rejected)
    values = ", ".join((*map(literal, texts), *map(str, numbers), "getdate()"))
    recorded = [
        f"insert into {target.schema}.{LOADS_TABLE} (load_id, job, source, ruleset, mode, "
        f"rows_read, rows_loaded, rows_rejected, loaded_at) values ({values})"
    ]
    if load.files:
        lines = ", ".join(
            f"({literal(load.load_id)}, {literal(file.file_id)}, {literal(file.url)}, {file.rows})"
            for file in load.files
        )
        recorded.append(
            f"insert into {target.schema}.{LOAD_FILES_TABLE} (load_id, file_id, file, rows_read) "
            f"values {lines}"
        )
    return recorded


def literal(text: str) -> str:
    """The text in quotes; characters that have a meaning to somebody on the way become `_`."""
    return f"'{_UNSAFE.sub('_', text)}'"
