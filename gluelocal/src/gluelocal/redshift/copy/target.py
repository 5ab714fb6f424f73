"""The table that a COPY fills, as the client's own transaction sees it."""

from dataclasses import dataclass

from gluelocal.redshift.backend import Backend
from gluelocal.redshift.copy.options import CopyOptions
from gluelocal.redshift.errors import RedshiftError
from gluelocal.redshift.sql.names import sql_name
from gluelocal.redshift.sql.quoting import identifier, literal

_HEADER = 4


@dataclass(frozen=True)
class Column:
    """A column as PostgreSQL knows it; `type` is its internal name, such as int4 or bpchar."""

    name: str
    type: str
    modifier: int
    not_null: bool
    identity: str

    @property
    def length(self) -> int | None:
        """Bytes that a CHAR or VARCHAR holds."""
        bounded = self.type in ("varchar", "bpchar") and self.modifier >= _HEADER
        return self.modifier - _HEADER if bounded else None

    @property
    def precision(self) -> int:
        return ((self.modifier - _HEADER) >> 16) & 0xFFFF if self.modifier >= _HEADER else 38

    @property
    def scale(self) -> int:
        return (self.modifier - _HEADER) & 0x7FF if self.modifier >= _HEADER else 18

    @property
    def length_text(self) -> str:
        """What stl_load_errors shows as col_length."""
        if self.type == "numeric":
            return f"{self.precision}, {self.scale}"
        return str(self.length or 0)


@dataclass(frozen=True)
class Target:
    """The table and those of its columns that the files fill, in the files' order."""

    table_id: int
    sql: str
    columns: tuple[Column, ...]

    @property
    def copy_statement(self) -> str:
        names = ", ".join(identifier(column.name) for column in self.columns)
        return f"COPY {self.sql} ({names}) FROM STDIN (FORMAT csv)"


async def describe(backend: Backend, options: CopyOptions) -> Target:
    """Reads the table's columns; RedshiftError when it, or a column, is not there."""
    name = sql_name(options.table)
    answer = await backend.execute(
        "SELECT c.oid, c.relkind, a.attname, t.typname, a.atttypmod, a.attnotnull, a.attidentity "
        "FROM pg_catalog.pg_class c "
        "JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 "
        "AND NOT a.attisdropped JOIN pg_catalog.pg_type t ON t.oid = a.atttypid "
        f"WHERE c.oid = pg_catalog.to_regclass({literal(name)}) ORDER BY a.attnum"
    )
    rows = [[value or "" for value in row] for row in answer.rows]
    if not rows:
        raise RedshiftError(f"Cannot COPY into nonexistent table {options.table_text}")
    if rows[0][1] not in ("r", "p"):
        raise RedshiftError(f"Cannot COPY into {options.table_text}: it is no table")
    columns = [Column(row[2], row[3], int(row[4]), row[5] == "t", row[6]) for row in rows]
    return Target(int(rows[0][0]), name, tuple(_chosen(columns, options)))


def _chosen(columns: list[Column], options: CopyOptions) -> list[Column]:
    """IDENTITY columns are filled by the files only with EXPLICIT_IDS."""
    generated = [column.name for column in columns if column.identity == "a"]
    if options.columns is None:
        return [column for column in columns if options.explicit_ids or column.identity != "a"]
    known = {column.name: column for column in columns}
    for name in options.columns:
        if name not in known:
            raise RedshiftError(
                f'column "{name}" of relation "{options.table_text}" does not exist', "42703"
            )
        if options.columns.count(name) > 1:
            raise RedshiftError(f'column "{name}" specified more than once', "42701")
        if name in generated and not options.explicit_ids:
            raise RedshiftError(
                f'cannot set an identity column to a value: "{name}"',
                hint="Add EXPLICIT_IDS, or leave the column out of the list.",
            )
    if options.explicit_ids and not set(generated) & set(options.columns):
        raise RedshiftError("EXPLICIT_IDS needs the IDENTITY column in the column list")
    return [known[name] for name in options.columns]
