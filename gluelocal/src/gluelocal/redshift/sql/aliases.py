"""Aliases of the select list in WHERE, which Redshift allows and PostgreSQL does not.

Only for the catalog queries that Redshift's drivers send (they name a column TABLE_SCHEM, as JDBC
does): elsewhere an alias may hide a column of the same name, and only the catalog could tell.
"""

from gluelocal.redshift.sql.tokens import Edits, Kind, Token

_MARK = "table_schem"
_END_OF_WHERE = frozenset(("GROUP", "HAVING", "ORDER", "LIMIT", "UNION", "INTERSECT", "EXCEPT"))


def expand_aliases(tokens: list[Token], edits: Edits, sql: str) -> None:
    """Notes an edit for every alias that a driver's query uses in its outermost WHERE."""
    if tokens[0].word != "SELECT" or not any(token.value == _MARK for token in tokens):
        return
    aliases: dict[str, str] = {}
    depth = 0
    begin = 1
    clause = "SELECT"
    for position, token in enumerate(tokens[1:], 1):
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        outside = depth == 0
        if outside and clause == "SELECT" and (token.text == "," or token.word == "FROM"):
            _note(tokens[begin:position], aliases, sql)
            begin = position + 1
        if (outside and token.word in ("FROM", "WHERE")) or (
            outside and token.word in _END_OF_WHERE
        ):
            clause = token.word
        elif clause == "WHERE" and token.kind is Kind.WORD and token.value in aliases:
            following = tokens[position + 1].text if position + 1 < len(tokens) else ""
            if tokens[position - 1].text != "." and following not in (".", "("):
                edits.replace_token(token, f"({aliases[token.value]})")


def _note(item: list[Token], aliases: dict[str, str], sql: str) -> None:
    if len(item) > 2 and item[-2].word == "AS":
        aliases[item[-1].value] = sql[item[0].start : item[-3].end]
