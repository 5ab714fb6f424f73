"""What the cells that Spark has read from CSV mean to Glue: empty, or not there.

As SQL text: each call of Spark's Column functions goes through a socket, and a cell takes ten.
"""

import re

from pyspark.sql import types as S

from awsglue.engine import text
from awsglue.engine.paths import quoted

RAGGED = "__ragged_record"
"""Has the whole record in rows with more or fewer cells than columns, and is null in the others."""


def meant(columns: S.StructType, separator: str, quote: str) -> list[str]:
    """SQL of the columns, from those of Spark's reader; `quote` may be empty."""
    there = _cells_there(separator, quote)
    return [_cell(field, f"{there} > {place}") for place, field in enumerate(columns.fields)]


def _cell(field: S.StructField, there: str) -> str:
    """`there` says whether a ragged row has this cell."""
    cell = quoted(field.name)
    if isinstance(field.dataType, S.BinaryType):
        return f"CAST({cell} AS BINARY) AS {cell}"
    if not text.is_text(field.dataType):
        # Spark reads an empty cell as null, and a quoted empty one as the empty string.
        return f"NULLIF({cell}, '') AS {cell}"
    # A cell that a short row lacks stays null. Spark computes `there` once a row for all cells
    # because it stands in an AND; in a branch of its own it would be compiled into each of them,
    # and the JVM only interprets a method so long.
    return f"IF({cell} IS NULL AND ({RAGGED} IS NULL OR {there}), '', {cell}) AS {cell}"


def _cells_there(separator: str, quote: str) -> str:
    """The number of cells of a ragged row: separators outside quotes, and one."""
    record = RAGGED
    if quote:
        mark = re.escape(quote)
        # A doubled quote is the end of one quoted stretch and the start of the next.
        stretch = _literal(f"(?s){mark}.*?({mark}|$)")
        record = f"regexp_replace({record}, {stretch}, '')"
    without = f"replace({record}, {_literal(separator)}, '')"
    return f"(length({record}) - length({without})) DIV {len(separator)} + 1"


def _literal(value: str) -> str:
    """A text as SQL, without the quoting whose rules are a setting of Spark's."""
    return f"decode(X'{value.encode().hex()}', 'UTF-8')"
