"""A catalog table's columns from rows that know their types themselves."""

from pyspark.sql import functions as F

from awsglue.catalog import CatalogTable
from awsglue.engine.paths import column, find
from awsglue.engine.rows import Rows


def catalog_columns(rows: Rows, table: CatalogTable) -> Rows:
    """The catalog's columns by name, without regard to case, in the types that the rows have.

    A column that the rows lack is null, in the catalog's type.
    """
    kept = []
    lacking = []
    for field in table.columns.fields:
        there = find(rows.schema, (field.name,))
        if there is None:
            lacking.append(F.lit(None).cast(field.dataType).alias(field.name))
        else:
            kept.append((there.path[0], field.name))
    found = rows.with_columns(kept)
    return found.with_frame(
        lambda frame: frame.select("*", *lacking).select(*map(column, table.columns.names))
    )
