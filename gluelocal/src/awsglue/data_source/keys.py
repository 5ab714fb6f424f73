"""SQL over a table's key columns: its edge, and the rows beyond one. For bookmarks of databases."""

from collections.abc import Sequence

_NUMBERS = ("tinyint", "smallint", "int", "bigint", "float", "double")


def edge_query(
    relation: str, keys: Sequence[str], where: str, text: str, descending: bool = False
) -> str:
    """One row: the last keys of the table in their order, each as it is and as text.

    With `descending` the keys fall from row to row, so the last are the smallest. All values are
    NULL when no row matches. `text` is `Vendor.text`.
    """
    edge = "MIN" if descending else "MAX"
    conditions = [f"({where})"] if where else []
    for key in keys[:-1]:
        inner = f"(SELECT {edge}({key}) FROM {relation}{_where(conditions)})"
        conditions.append(f"{key} = {inner}")
    values = ", ".join(
        f"{edge}({key}) AS v{position}, {text.format(f'{edge}({key})')} AS t{position}"
        for position, key in enumerate(keys)
    )
    return f"SELECT {values} FROM {relation}{_where(conditions)}"


def beyond(keys: Sequence[str], literals: Sequence[str], descending: bool = False) -> str:
    """The condition of the rows that come after `literals`, as `edge` gave them."""
    sign = "<" if descending else ">"
    pairs = list(zip(keys, literals, strict=True))
    cases = []
    for position, (key, literal) in enumerate(pairs):
        equal = [f"{before} = {value}" for before, value in pairs[:position]]
        cases.append(" AND ".join([*equal, f"{key} {sign} {literal}"]))
    return " OR ".join(f"({case})" for case in cases)


def literal(text: str, spark_type: str) -> str:
    """A value's text as SQL; `spark_type` is the column's simpleString."""
    if spark_type in _NUMBERS or spark_type.startswith("decimal"):
        return text
    return "'" + text.replace("'", "''") + "'"


def _where(conditions: Sequence[str]) -> str:
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""
