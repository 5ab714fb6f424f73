"""Step 1b: the source's columns in the types that rules and mapping are written for.

A crawler types a column by what the files hold: the year is text in the sample, where one cell
says `PG`, and a number in a file without such a cell. Cells that do not fit even that make the
column a Glue choice. A rule on text would then fail for every row of the one file and judge the
other. So each column of the mapping is brought to its `read_as`. A cell that is not of that type
sets its row aside with a reason, and spoils no other row. (Rows that are set aside do not count in
the rules' metrics.)
"""

from collections.abc import Sequence

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame
from pyspark.sql import functions as sf
from pyspark.sql.types import StructField

from imdb_etl.cells import is_choice, raw_text
from imdb_etl.config import Column
from imdb_etl.names import REJECT_REASONS

_SHOWN = 100

_NUMBERS = {
    "bigint": r"^[+-]?[0-9]{1,19}$",
    "double": r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$",
}


def conforming(rows: DataFrame, columns: Sequence[Column]) -> DataFrame:
    """The rows whose cells all conform, each column of the mapping in its `read_as` type."""
    if not (changed := _changed(rows, columns)):
        return rows
    kept = rows.filter(sf.size(_reasons(rows, changed)) == 0)
    return kept.select(
        *(
            _converted(field, changed[field.name]).alias(field.name)
            if field.name in changed
            else sf.col(f"`{field.name}`")
            for field in rows.schema.fields
        )
    )


def misfits(rows: DataFrame, columns: Sequence[Column]) -> DataFrame | None:
    """The other rows, their columns as they came or as raw text, and REJECT_REASONS.

    None when the source has every column in its type already, so that this costs no pass.
    """
    if not (changed := _changed(rows, columns)):
        return None
    reasons = _reasons(rows, changed)
    text = (
        raw_text(field.name, field.dataType).alias(field.name)
        if field.name in changed
        else sf.col(f"`{field.name}`")
        for field in rows.schema.fields
    )
    return rows.filter(sf.size(reasons) > 0).select(*text, reasons.alias(REJECT_REASONS))


def _changed(rows: DataFrame, columns: Sequence[Column]) -> dict[str, str]:
    """The columns that are not in their type yet, with that type.

    A choice that the mapping does not read becomes text: nothing is known of its type.
    """
    wanted: dict[str, str] = {column.source: column.read_as for column in columns}
    changed = {}
    for field in rows.schema.fields:
        if is_choice(field.dataType):
            changed[field.name] = wanted.get(field.name, "string")
        elif field.name in wanted and field.dataType.simpleString() != wanted[field.name]:
            changed[field.name] = wanted[field.name]
    return changed


def _converted(field: StructField, wanted: str) -> Expression:
    text = raw_text(field.name, field.dataType)
    if wanted == "string":
        # Glue gives an empty cell of a text column as empty text.
        return sf.coalesce(text, sf.lit(""))
    number = sf.trim(text)
    # Beyond 64 bits a cast gives NULL, or an error in ANSI mode; a decimal holds 19 digits.
    value = number.cast("decimal(38,0)") if wanted == "bigint" else number.cast("double")
    if wanted == "bigint":
        value = sf.when(value.between(-(2**63), 2**63 - 1), value.cast("bigint"))
    return sf.when(number.rlike(_NUMBERS[wanted]), value)


def _reasons(rows: DataFrame, changed: dict[str, str]) -> Expression:
    reasons = []
    for field in rows.schema.fields:
        wanted = changed.get(field.name, "string")
        if wanted == "string":
            continue
        text = raw_text(field.name, field.dataType)
        misfit = (sf.trim(text) != "") & _converted(field, wanted).isNull()
        shown = sf.substring(text, 1, _SHOWN)
        reason = sf.concat(sf.lit(f"{field.name}: '"), shown, sf.lit(f"' is not a {wanted}"))
        reasons.append(sf.when(misfit, reason))
    if not reasons:
        return sf.array().cast("array<string>")
    return sf.filter(sf.array(*reasons), lambda reason: reason.isNotNull())
