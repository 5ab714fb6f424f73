"""Aliases of a select list used again in it or in WHERE, which Redshift allows and PostgreSQL not.

Only for the catalog queries that Redshift's drivers send (a column named TABLE_SCHEM, as JDBC has
it, out of pg_namespace): elsewhere an alias may hide a column of the same name, and only the
catalog could tell.
"""

from gluelocal.redshift.sql.tokens import Edits, Kind, Token

_MARKS = frozenset(("table_schem", "pg_namespace"))
_CLAUSES = frozenset(
    ("FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "UNION", "INTERSECT", "EXCEPT")
)


def expand_aliases(tokens: list[Token], edits: Edits, sql: str) -> None:
    """Notes an edit for every use of an alias in a driver's query and in its inner ones."""
    if not {token.value for token in tokens if token.kind is Kind.WORD} >= _MARKS:
        return
    for position, token in enumerate(tokens):
        if token.word == "SELECT":
            _expand(tokens[position + 1 :], edits, sql)


def _expand(tokens: list[Token], edits: Edits, sql: str) -> None:
    """One SELECT, from behind that word to the parenthesis that ends it."""
    aliases: dict[str, str] = {}
    depth = 0
    begin = 0
    clause = "SELECT"
    for position, token in enumerate(tokens):
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if depth < 0:
            return
        if depth == 0 and clause == "SELECT" and (token.text == "," or token.word == "FROM"):
            item = tokens[begin:position]
            if len(item) > 2 and item[-2].word == "AS":
                text = edits.apply(sql, item[0].start, item[-3].end)
                aliases.setdefault(item[-1].value, text)
            begin = position + 1
        if depth == 0 and token.word in _CLAUSES:
            clause = token.word
        elif clause in ("SELECT", "WHERE") and _is_use(tokens, position, aliases):
            edits.replace_token(token, f"({aliases[token.value]})")


def _is_use(tokens: list[Token], position: int, aliases: dict[str, str]) -> bool:
    token = tokens[position]
    before = tokens[position - 1] if position else token
    after = tokens[position + 1].text if position + 1 < len(tokens) else ""
    return (
        token.kind is Kind.WORD
        and token.value in aliases
        and before.text != "."
        and before.word != "AS"
        and after not in (".", "(")
    )
