"""CREATE TABLE, CREATE TABLE AS, materialized views and ALTER TABLE."""

from dataclasses import replace

from gluelocal.redshift.errors import NotSupportedError, SqlSyntaxError
from gluelocal.redshift.sql.attributes import TableAttributes, read_table_attributes
from gluelocal.redshift.sql.columns import Column, is_table_constraint, rewrite_column
from gluelocal.redshift.sql.names import read_name, read_name_list, sql_name
from gluelocal.redshift.sql.quoting import literal
from gluelocal.redshift.sql.steps import PassThrough, Script, Statement, Step
from gluelocal.redshift.sql.tokens import Cursor, Token
from gluelocal.redshift.sql.types import rewrite_type


def create_table(statement: Statement, cursor: Cursor) -> Step:
    """From behind the word TABLE on; `cursor` stands there."""
    cursor.take("IF", "NOT", "EXISTS")
    name = read_name(cursor, "the table", statement.dialect.case_sensitive)
    if name[-1].startswith("#") and statement.tokens[1].word == "TABLE":
        statement.edits.insert(statement.tokens[1].start, "TEMP ")
    noted = TableAttributes()
    if cursor.at("("):
        _rewrite_items(statement, cursor, noted)
    _strip_attributes(statement, cursor, noted)
    return _with_note(statement, noted, sql_name(name))


def create_materialized_view(statement: Statement, cursor: Cursor) -> Step:
    """From behind MATERIALIZED VIEW on. A view refreshes when told to: AUTO REFRESH is dropped."""
    read_name(cursor, "the view", statement.dialect.case_sensitive)
    noted = TableAttributes()
    _strip_attributes(statement, cursor, noted)
    if cursor.at("AUTO", "REFRESH"):
        start = cursor.tokens[cursor.position].start
        cursor.position += 3
        statement.edits.replace(start, cursor.last.end, "")
        _strip_attributes(statement, cursor, noted)
    return PassThrough(statement.rewritten())


def alter_table(statement: Statement, cursor: Cursor) -> Step:
    """From behind ALTER TABLE on."""
    cursor.take("IF", "EXISTS")
    name = read_name(cursor, "the table", statement.dialect.case_sensitive)
    table = sql_name(name)
    noted = TableAttributes()
    if cursor.take("APPEND"):
        raise NotSupportedError(
            "ALTER TABLE APPEND", hint="Use INSERT INTO … SELECT and then TRUNCATE the source."
        )
    if cursor.take("ADD"):
        if is_table_constraint(cursor):
            # Informational: nothing is enforced, so there is nothing to add but the table's check.
            return Script((f"SELECT {literal(table)}::pg_catalog.regclass",), "ALTER TABLE")
        cursor.take("COLUMN")
        cursor.take("IF", "NOT", "EXISTS")
        rewrite_column(cursor, statement, noted)
        return _with_note(statement, noted, table)
    if cursor.take("ALTER"):
        if read_table_attributes(cursor, noted):
            return _only_note(noted, table)
        cursor.take("COLUMN")
        column = read_name(cursor, "a column", statement.dialect.case_sensitive)[-1]
        if cursor.take("ENCODE"):
            encoding = cursor.next()
            noted.encodings[column] = encoding.value if encoding is not None else ""
            return _only_note(noted, table)
        if cursor.take("TYPE"):
            rewrite_type(cursor, statement.edits, statement.sql, column=True)
    return PassThrough(statement.rewritten())


def _only_note(noted: TableAttributes, table: str) -> Step:
    note = noted.note(table) or f"SELECT {literal(table)}::pg_catalog.regclass"
    return Script((note,), "ALTER TABLE")


def _with_note(statement: Statement, noted: TableAttributes, table: str) -> Step:
    note = noted.note(table)
    if note is None:
        return PassThrough(statement.rewritten())
    return Script((statement.rewritten(), note))


def _strip_attributes(statement: Statement, cursor: Cursor, noted: TableAttributes) -> None:
    start = cursor.current
    if read_table_attributes(cursor, noted) and start is not None:
        statement.edits.replace(start.start, cursor.last.end, "")


def _rewrite_items(statement: Statement, cursor: Cursor, noted: TableAttributes) -> None:
    """The list in parentheses: columns and constraints, or the bare names of a CREATE TABLE AS."""
    opening = cursor.tokens[cursor.position]
    first = cursor.position + 1
    cursor.skip_parentheses()
    closing = cursor.last
    columns: list[tuple[Column, list[Token]]] = []
    others: list[list[Token]] = []
    for item in _split(list(cursor.tokens[first : cursor.position - 1])):
        inner = Cursor(item)
        if is_table_constraint(inner):
            if not _is_informational(inner, noted):
                others.append(item)
        elif len(item) > 1:
            columns.append((rewrite_column(inner, statement, noted), item))
        else:
            return
    texts: list[str] = []
    for column, item in columns:
        text = statement.edits.apply(statement.sql, item[0].start, item[-1].end).rstrip()
        implied = column.name in noted.primary_key and not column.not_null
        texts.append(f"{text} NOT NULL" if implied else text)
    for item in others:
        texts.append(statement.edits.apply(statement.sql, item[0].start, item[-1].end))
    statement.edits.replace(opening.start, closing.end, f"({', '.join(texts)})")


def _split(tokens: list[Token]) -> list[list[Token]]:
    """Cuts at commas outside of inner parentheses."""
    items: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if token.text == "," and depth == 0:
            items.append([])
        else:
            items[-1].append(token)
    if any(not item for item in items):
        raise SqlSyntaxError("syntax error: an empty item in the list of columns")
    return items


def _is_informational(cursor: Cursor, noted: TableAttributes) -> bool:
    if cursor.take("CONSTRAINT"):
        read_name(cursor, "the constraint")
    if cursor.take("PRIMARY", "KEY"):
        noted.primary_key = read_name_list(cursor, "the primary key's columns")
        return True
    return cursor.at("UNIQUE") or cursor.at("FOREIGN")


def without_schema_binding(statement: Statement) -> Step:
    """CREATE VIEW: `WITH NO SCHEMA BINDING` at the end is dropped, PostgreSQL binds at once."""
    words = [token.word for token in statement.tokens[-4:]]
    if words == ["WITH", "NO", "SCHEMA", "BINDING"]:
        shorter = replace(statement, tokens=statement.tokens[:-4])
        return PassThrough(shorter.rewritten())
    return PassThrough(statement.rewritten())
