"""Cells that do not fit the type that the catalog gives their column.

Glue keeps such cells: the column becomes a choice, in a DataFrame a struct with one field a type,
e.g. `struct<double, string>`. A rule cannot judge a struct, and one odd cell must not spoil the
rule for all other rows. So rows with such a cell are set aside with a reason, and the rules see
plain columns. (Rows that are set aside do not count in the rules' metrics.)
"""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as sf
from pyspark.sql.types import StringType, StructType

from imdb_etl.names import REJECT_REASONS

_TEXT_FIELD = "string"
_SHOWN = 100


def fitting(rows: DataFrame) -> DataFrame:
    """The rows whose cells all fit, with plain columns."""
    if not (choices := _choices(rows)):
        return rows
    plain = [_plain(name, choices.get(name)) for name in rows.columns]
    return rows.filter(sf.size(_reasons(choices)) == 0).select(*plain)


def misfits(rows: DataFrame) -> DataFrame | None:
    """The other rows, with the raw text of every choice column, and REJECT_REASONS.

    None when no column is a choice, so that the common case costs no pass over the rows.
    """
    if not (choices := _choices(rows)):
        return None
    text = [_text(name, choices.get(name)) for name in rows.columns]
    reasons = _reasons(choices)
    return rows.filter(sf.size(reasons) > 0).select(*text, reasons.alias(REJECT_REASONS))


def _choices(rows: DataFrame) -> dict[str, list[str]]:
    """The choice columns, each with the field names of its types other than text."""
    return {
        field.name: [part.name for part in field.dataType.fields if part.name != _TEXT_FIELD]
        for field in rows.schema.fields
        if isinstance(field.dataType, StructType) and _is_choice(field.dataType)
    }


def _reasons(choices: dict[str, list[str]]) -> Column:
    reasons = (_reason(name, types) for name, types in choices.items())
    return sf.filter(sf.array(*reasons), lambda reason: reason.isNotNull())


def _is_choice(kind: StructType) -> bool:
    # A CSV has no structs of its own, so a struct with a field named after a type is a choice.
    return any(
        part.name == _TEXT_FIELD and isinstance(part.dataType, StringType) for part in kind.fields
    )


def _column(name: str, part: str | None = None) -> Column:
    whole = sf.col(f"`{name}`")
    return whole if part is None else whole.getField(part)


def _reason(name: str, types: list[str]) -> Column:
    cell = _column(name, _TEXT_FIELD)
    return sf.when(
        cell.isNotNull(),
        sf.concat(
            sf.lit(f"{name}: '"),
            sf.substring(cell, 1, _SHOWN),
            sf.lit(f"' is not a {' or '.join(types)}, which the catalog says the column holds"),
        ),
    )


def _plain(name: str, types: list[str] | None) -> Column:
    if types is None:
        return _column(name)
    return sf.coalesce(*(_column(name, part) for part in types)).alias(name)


def _text(name: str, types: list[str] | None) -> Column:
    if types is None:
        return _column(name)
    parts = (_column(name, part).cast("string") for part in (*types, _TEXT_FIELD))
    return sf.coalesce(*parts).alias(name)
