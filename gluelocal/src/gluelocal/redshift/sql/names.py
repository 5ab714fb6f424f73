"""Names: quoted ones are folded to lower case too, `#name` is a temporary table, SYSDATE a call.

Amazon Redshift Database Developer Guide, "Names and identifiers", "CREATE TABLE" and "SYSDATE".
"""

from gluelocal.redshift.errors import SqlSyntaxError
from gluelocal.redshift.sql.quoting import identifier
from gluelocal.redshift.sql.tokens import Cursor, Edits, Kind, Token

# Behind these `#` starts a name; elsewhere it is the operator.
_BEFORE_TABLE = frozenset(
    (
        "TABLE",
        "EXISTS",
        "FROM",
        "JOIN",
        "INTO",
        "UPDATE",
        "ONLY",
        "LIKE",
        "USING",
        "VIEW",
        "TRUNCATE",
        "COPY",
        "ANALYZE",
        "VACUUM",
        ",",
        ".",
    )
)


def rewrite_names(tokens: list[Token], edits: Edits, case_sensitive: bool) -> None:
    """Notes the edits that every statement needs, whatever it does."""
    for position, token in enumerate(tokens):
        before = tokens[position - 1] if position else None
        if token.kind is Kind.QUOTED and not case_sensitive:
            folded = token.value.lower()
            if folded != token.value:
                edits.replace_token(token, identifier(folded))
        elif is_temporary_name(tokens, position):
            name = tokens[position + 1]
            edits.replace(token.start, name.end, identifier("#" + name.value.lower()))
        elif token.word == "SYSDATE":
            after = tokens[position + 1].text if position + 1 < len(tokens) else ""
            qualified = before is not None and (before.text == "." or before.word == "AS")
            if not qualified and after not in ("(", "."):
                edits.replace_token(token, "pg_catalog.sysdate()")
        elif token.word == "JSON_SERIALIZE" and (before is None or before.text != "."):
            # Unqualified, PostgreSQL reads SQL/JSON's own JSON_SERIALIZE, which knows no SUPER.
            edits.replace_token(token, "pg_catalog.json_serialize")
        elif token.kind is Kind.WORD and before is not None and _runs_into(before, token):
            edits.insert(token.start, " ")


def _runs_into(number: Token, word: Token) -> bool:
    """`THEN 4WHEN`, as a driver's catalog query has it; not `0x1F` or `1_000`."""
    touching = number.kind is Kind.NUMBER and number.end == word.start
    return (
        touching and word.text[0] != "_" and not (number.text == "0" and word.text[0] in "xXoObB")
    )


def is_temporary_name(tokens: list[Token], position: int) -> bool:
    """Whether `#` and a name stand at `position`."""
    token = tokens[position]
    if token.text != "#" or position + 1 >= len(tokens) or position == 0:
        return False
    before, after = tokens[position - 1], tokens[position + 1]
    return (
        after.start == token.end
        and after.kind in (Kind.WORD, Kind.QUOTED)
        and (before.word or before.text) in _BEFORE_TABLE
    )


def read_name(cursor: Cursor, what: str, case_sensitive: bool = False) -> tuple[str, ...]:
    """A possibly qualified name, as its parts in the form they are stored in; SqlSyntaxError."""
    parts: list[str] = []
    while True:
        mark = "#" if cursor.take("#") else ""
        token = cursor.next()
        if token is None or token.kind not in (Kind.WORD, Kind.QUOTED):
            found = "the end" if token is None else repr(token.text)
            raise SqlSyntaxError(f"syntax error: expected the name of {what}, found {found}")
        value = token.value if case_sensitive else token.value.lower()
        parts.append(mark + value)
        if not cursor.take("."):
            return tuple(parts)


def sql_name(parts: tuple[str, ...]) -> str:
    """A name to write into SQL; a database in front is left to PostgreSQL to check."""
    return ".".join(identifier(part) for part in parts)


def read_name_list(cursor: Cursor, what: str, case_sensitive: bool = False) -> list[str]:
    """Names in parentheses."""
    if not cursor.take("("):
        found = cursor.current
        where = "the end" if found is None else repr(found.text)
        raise SqlSyntaxError(f"syntax error: expected ( and the names of {what}, found {where}")
    names: list[str] = []
    while True:
        names.append(read_name(cursor, what, case_sensitive)[-1])
        if cursor.take(")"):
            return names
        if not cursor.take(","):
            raise SqlSyntaxError(f"syntax error in the list of {what} behind {names[-1]!r}")
