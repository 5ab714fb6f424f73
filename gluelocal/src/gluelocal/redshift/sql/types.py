"""Redshift's column types in PostgreSQL's words.

Amazon Redshift Database Developer Guide, "Data types": a VARCHAR without a length has 256 bytes,
MAX is 65,535; DECIMAL without arguments is DECIMAL(18,0), which silently drops every fraction.
"""

from collections.abc import Callable

from gluelocal.redshift.errors import NotSupportedError
from gluelocal.redshift.sql.tokens import Cursor, Edits, Kind, Token

# Arguments as written, or None; whether a column is declared (and not a value cast).
_Rule = Callable[[str | None, bool], str]


def _characters(name: str, default: int | None, largest: int) -> _Rule:
    def rule(arguments: str | None, column: bool) -> str:
        if arguments is None:
            return f"{name}({default})" if column and default is not None else name
        return f"{name}({largest})" if arguments.upper() == "MAX" else f"{name}({arguments})"

    return rule


def _decimal(arguments: str | None, _column: bool) -> str:
    return f"numeric({arguments or '18,0'})"


def _plain(name: str) -> _Rule:
    return lambda _arguments, _column: name


def _refused(name: str) -> _Rule:
    def rule(_arguments: str | None, _column: bool) -> str:
        raise NotSupportedError(f"The data type {name}")

    return rule


_VARCHAR = _characters("varchar", 256, 65535)
_CHAR = _characters("char", None, 4096)

_RULES: dict[tuple[str, ...], _Rule] = {
    ("CHARACTER", "VARYING"): _VARCHAR,
    ("VARCHAR",): _VARCHAR,
    ("NVARCHAR",): _VARCHAR,
    ("CHARACTER",): _CHAR,
    ("CHAR",): _CHAR,
    ("NCHAR",): _CHAR,
    ("BPCHAR",): _characters("char", 256, 4096),
    ("DECIMAL",): _decimal,
    ("NUMERIC",): _decimal,
    ("BINARY", "VARYING"): _plain("bytea"),
    ("VARBYTE",): _plain("bytea"),
    ("VARBINARY",): _plain("bytea"),
    ("GEOMETRY",): _refused("GEOMETRY"),
    ("GEOGRAPHY",): _refused("GEOGRAPHY"),
    ("HLLSKETCH",): _refused("HLLSKETCH"),
}
# Elsewhere in a query TEXT is PostgreSQL's own; as a column it is a VARCHAR.
_COLUMN_RULES: dict[tuple[str, ...], _Rule] = {("TEXT",): _plain("varchar(256)")}


def rewrite_type(cursor: Cursor, edits: Edits, sql: str, column: bool) -> None:
    """Reads one type; notes an edit when PostgreSQL has to be told otherwise."""
    start = cursor.current
    if start is None:
        return
    for words, rule in ((_RULES | _COLUMN_RULES) if column else _RULES).items():
        if cursor.take(*words):
            end, arguments = _arguments(cursor, sql, cursor.last)
            edits.replace(start.start, end, rule(arguments, column))
            return
    _read_other_type(cursor)


def _arguments(cursor: Cursor, sql: str, name: Token) -> tuple[int, str | None]:
    opening = cursor.current
    if opening is None or opening.text != "(":
        return name.end, None
    cursor.skip_parentheses()
    return cursor.last.end, sql[opening.end : cursor.last.start].strip()


def _read_other_type(cursor: Cursor) -> None:
    cursor.next()
    if cursor.take("."):
        cursor.next()
    cursor.take("PRECISION")
    cursor.skip_parentheses()
    if cursor.at("WITH", "TIME", "ZONE") or cursor.at("WITHOUT", "TIME", "ZONE"):
        cursor.position += 3
    while cursor.take("["):
        while (token := cursor.next()) is not None and token.text != "]":
            pass


def rewrite_casts(tokens: list[Token], edits: Edits, sql: str) -> None:
    """`x::type` and `CAST(x AS type)` anywhere in a statement."""
    in_cast: list[bool] = []
    for position, token in enumerate(tokens):
        cast = token.text == "::"
        if token.text == "(":
            in_cast.append(position > 0 and tokens[position - 1].word == "CAST")
        elif token.text == ")" and in_cast:
            in_cast.pop()
        elif token.word == "AS":
            cast = bool(in_cast) and in_cast[-1]
        if cast and position + 1 < len(tokens) and tokens[position + 1].kind is Kind.WORD:
            rewrite_type(Cursor(tokens, position + 1), edits, sql, column=False)
