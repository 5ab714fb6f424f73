"""From a client's SQL to steps: the one place that knows which statements need what."""

import re
from collections.abc import Callable

from gluelocal.redshift.errors import NotSupportedError, RedshiftError
from gluelocal.redshift.sql.aliases import expand_aliases
from gluelocal.redshift.sql.names import read_name, rewrite_names, sql_name
from gluelocal.redshift.sql.settings import rewrite_setting
from gluelocal.redshift.sql.steps import Dialect, Load, PassThrough, Script, Statement, Step, Unload
from gluelocal.redshift.sql.tables import (
    alter_table,
    create_materialized_view,
    create_table,
    without_schema_binding,
)
from gluelocal.redshift.sql.tokens import Cursor, Kind, LexicalError, statements, tokenize
from gluelocal.redshift.sql.types import rewrite_casts

# Statements without any of these are PostgreSQL's as they stand; a large INSERT is not cut up.
_CONCERNED = re.compile(
    r"""(?i)["\#]|::|\b(?:copy|unload|create|alter|truncate|set|reset|show|vacuum|analyze|analyse"""
    r"""|sysdate|cast|json_serialize|table_schem)\b"""
)
_REFUSED_OBJECTS = ("EXTERNAL", "LIBRARY", "MODEL", "DATASHARE", "IDENTITY", "RLS", "MASKING")


def plan(sql: str, dialect: Dialect) -> list[Step]:
    """The steps of a query string, in order; its own text when nothing in it concerns us.

    Raises SqlSyntaxError and NotSupportedError for statements that the gateway reads itself.
    """
    if _CONCERNED.search(sql) is None:
        return [PassThrough(sql)]
    try:
        tokens = tokenize(sql, backslashes=sql.lstrip()[:6].upper() == "UNLOAD")
    except LexicalError:
        return [PassThrough(sql)]
    parts = [Statement(sql, part, dialect) for part in statements(tokens)]
    steps = [_step(part) for part in parts]
    if steps == [PassThrough(part.original) for part in parts]:
        return [PassThrough(sql)]
    passed = [step.sql for step in steps if isinstance(step, PassThrough)]
    return [PassThrough("; ".join(passed))] if len(passed) == len(steps) else steps


def _step(statement: Statement) -> Step:
    rewrite_names(statement.tokens, statement.edits, statement.dialect.case_sensitive)
    rewrite_casts(statement.tokens, statement.edits, statement.sql)
    expand_aliases(statement.tokens, statement.edits, statement.sql)
    handler = _HANDLERS.get(statement.tokens[0].word)
    if handler is None:
        return PassThrough(statement.rewritten())
    return handler(statement, Cursor(statement.tokens, 1))


def _copy(statement: Statement, cursor: Cursor) -> Step:
    while (token := cursor.next()) is not None:
        if token.text == "(":
            cursor.position -= 1
            cursor.skip_parentheses()
        elif token.word == "FROM":
            source = cursor.current
            if source is not None and source.kind is Kind.STRING:
                return Load(statement.original, statement.dialect.case_sensitive)
            break
    raise RedshiftError(
        "LOAD source is not supported.",
        "0A000",
        hint="only S3 sources are supported by gluelocal: COPY t FROM 's3://…'",
    )


def _unload(statement: Statement, _cursor: Cursor) -> Step:
    return Unload(statement.original, statement.dialect.case_sensitive)


def _create(statement: Statement, cursor: Cursor) -> Step:
    cursor.take("OR", "REPLACE")
    cursor.take("LOCAL")
    cursor.take_any("TEMP", "TEMPORARY", "UNLOGGED")
    for name in _REFUSED_OBJECTS:
        if cursor.at(name):
            raise NotSupportedError(f"CREATE {name}")
    if cursor.take("TABLE"):
        return create_table(statement, cursor)
    if cursor.take("MATERIALIZED", "VIEW"):
        return create_materialized_view(statement, cursor)
    if cursor.take("VIEW"):
        return without_schema_binding(statement)
    return PassThrough(statement.rewritten())


def _alter(statement: Statement, cursor: Cursor) -> Step:
    if cursor.take("TABLE"):
        return alter_table(statement, cursor)
    return PassThrough(statement.rewritten())


def _truncate(statement: Statement, _cursor: Cursor) -> Step:
    """TRUNCATE commits the transaction that it runs in (Redshift, "TRUNCATE")."""
    return Script((statement.rewritten(),), commits=True)


def _vacuum(statement: Statement, cursor: Cursor) -> Step:
    """Redshift's modes and thresholds don't mean anything here; the table is vacuumed."""
    if cursor.at("("):
        return PassThrough(statement.rewritten())
    if not cursor.take("SORT", "ONLY") and not cursor.take("DELETE", "ONLY"):
        cursor.take_any("FULL", "REINDEX", "RECLUSTER")
    if cursor.current is None or cursor.at("TO") or cursor.at("BOOST"):
        return PassThrough("VACUUM")
    name = read_name(cursor, "the table", statement.dialect.case_sensitive)
    return PassThrough(f"VACUUM {sql_name(name)}")


def _analyze(statement: Statement, cursor: Cursor) -> Step:
    if cursor.at("COMPRESSION"):
        raise NotSupportedError("ANALYZE COMPRESSION")
    words = [token.word for token in statement.tokens[-2:]]
    if words in (["PREDICATE", "COLUMNS"], ["ALL", "COLUMNS"]):
        statement.edits.replace(statement.tokens[-2].start, statement.end, "")
    return PassThrough(statement.rewritten())


_HANDLERS: dict[str, Callable[[Statement, Cursor], Step]] = {
    "COPY": _copy,
    "UNLOAD": _unload,
    "CREATE": _create,
    "ALTER": _alter,
    "TRUNCATE": _truncate,
    "VACUUM": _vacuum,
    "ANALYZE": _analyze,
    "ANALYSE": _analyze,
    "SET": rewrite_setting,
    "RESET": rewrite_setting,
    "SHOW": rewrite_setting,
}
