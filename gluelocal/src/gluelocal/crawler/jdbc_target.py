"""Crawling a JDBC target: the tables of a Redshift database, from its own catalog."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from gluelocal.crawler.clients import CrawlClients
from gluelocal.crawler.datasets import Content, Dataset
from gluelocal.crawler.errors import CrawlError
from gluelocal.crawler.exclusions import excluder
from gluelocal.crawler.formats import Storage
from gluelocal.crawler.hive_types import STRING
from gluelocal.crawler.jdbc_connection import read_connection, session
from gluelocal.crawler.progress import Progress
from gluelocal.crawler.redshift_types import redshift_type
from gluelocal.crawler.schema import Column, catalog_names
from gluelocal.crawler.settings import JdbcTarget

_COLUMNS = """
    SELECT c.table_schema, c.table_name, c.column_name, c.data_type,
           c.numeric_precision, c.numeric_scale
      FROM information_schema.columns c
      JOIN information_schema.tables t
        ON t.table_schema = c.table_schema AND t.table_name = c.table_name
     WHERE t.table_type IN ('BASE TABLE', 'VIEW')
     ORDER BY c.table_schema, c.table_name, c.ordinal_position
"""
_SYSTEM_SCHEMAS = re.compile(r"information_schema|pg_.*")


@dataclass(frozen=True)
class JdbcInclude:
    """An include path `database/schema/table`; `%` stands for any characters in a part."""

    database: str
    schema: str
    table: str

    def matches(self, schema: str, table: str) -> bool:
        """Case counts. System schemas match only when they are named without a wildcard."""
        if _SYSTEM_SCHEMAS.fullmatch(schema) and schema != self.schema:
            return False
        return _like(self.schema, schema) and _like(self.table, table)


def parse_jdbc_path(path: str) -> JdbcInclude:
    """`db`, `db/schema` and `db/schema/table`; what is left out is `%`."""
    parts = path.split("/")
    if not parts[0] or "%" in parts[0] or len(parts) > 3:
        raise CrawlError(
            f"{path!r} is not a JDBC include path; write database/schema/table into the JDBC "
            "target, with % for any schema or table."
        )
    schema, table = ([part or "%" for part in parts[1:]] + ["%", "%"])[:2]
    return JdbcInclude(parts[0], schema, table)


def crawl_jdbc(target: JdbcTarget, clients: CrawlClients, progress: Progress) -> list[Dataset]:
    """A table for each table and view that the path names; CrawlError as named."""
    include = parse_jdbc_path(target.path)
    address = read_connection(target.connection, clients)
    if include.database != address.database:
        progress.warn(
            f"Connection {target.connection} is to database {address.database}, the include path "
            f"{target.path} names {include.database}: no table."
        )
        return []
    progress.checkpoint()
    with session(address) as connection:
        cursor = connection.cursor()
        cursor.execute(_COLUMNS)
        rows = cursor.fetchall()
    excluded = excluder(target.exclusions)
    found = []
    for (schema, table), columns in groupby(rows, key=lambda row: (row[0], row[1])):
        progress.checkpoint()
        if not include.matches(schema, table):
            continue
        if excluded(table) or excluded(f"{schema}/{table}"):
            continue
        found.append(_dataset(target, (include.database, schema, table), columns, progress))
    if not found:
        progress.info(f"No table or view matches {target.path}: no table.")
    return found


def _dataset(
    target: JdbcTarget,
    path: tuple[str, str, str],
    rows: Iterable[Sequence[Any]],
    progress: Progress,
) -> Dataset:
    listed = list(rows)
    names = catalog_names([row[2] for row in listed])
    types = []
    for _, _, column, data_type, precision, scale in listed:
        type_ = redshift_type(data_type, precision, scale)
        if type_ is None:
            place = ".".join(path)
            progress.warn(f"{place}: column {column} is {data_type}, catalogued as string")
        types.append(type_ or STRING)
    content = Content(
        classification="redshift",
        columns=tuple(map(Column, names, types)),
        storage=Storage(),
        parameters={},
        compression="none",
        objects=0,
        size=0,
        average_record=0,
        records=0,
    )
    return Dataset(
        base_name="_".join(path),
        location=".".join(path),
        content=content,
        type_of_data="table",
        extra_parameters={"connectionName": target.connection},
    )


def _like(pattern: str, name: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("%"))), name) is not None
