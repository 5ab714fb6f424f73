"""Spark SQL text from values: quoted names, literals, filters."""

from decimal import Decimal


def name(column: str) -> str:
    """A column's name, safe with dots, blanks and backticks."""
    return "`" + column.replace("`", "``") + "`"


def text(value: str) -> str:
    """A string literal, whatever `spark.sql.parser.escapedStringLiterals` says.

    That setting changes what a backslash means, so a string with a backslash, a quote or a
    character outside the printable ASCII range is spelled in hexadecimal.
    """
    if all(" " <= char <= "~" and char not in "\\'" for char in value):
        return f"'{value}'"
    return f"cast(X'{value.encode().hex()}' AS STRING)"


def double(value: float | Decimal) -> str:
    number = float(value)
    if number in (float("inf"), float("-inf")):
        return f"double('{'-' if number < 0 else ''}Infinity')"
    return f"{number!r}D"


def conjunction(*terms: str) -> str:
    return " AND ".join(f"({term})" for term in terms)


def filtered(aggregate: str, where: str | None) -> str:
    """The aggregate over the rows that the filter keeps."""
    # The line break ends a comment that the user's filter may end with.
    return aggregate if where is None else f"{aggregate} FILTER (WHERE {where}\n)"
