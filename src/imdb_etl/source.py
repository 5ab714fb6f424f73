"""Step 1: a catalog table -> rows of text.

Every column comes as the text that the file has. A crawler types a column by the files at hand,
and what does not fit that type must not be lost before somebody has looked at it (conform.py).
"""

from collections.abc import Collection

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as sf

from awsglue.context import GlueContext
from imdb_etl.catalog import CatalogTable
from imdb_etl.cells import text_of_double
from imdb_etl.errors import SourceError
from imdb_etl.locations import S3Location
from imdb_etl.names import SOURCE_FILE

_DOUBLES = ("double", "float")


def read(glue: GlueContext, table: CatalogTable, without: Collection[str] = ()) -> DataFrame:
    """The table's columns as text, and SOURCE_FILE: with bookmarks what is new in the table, except
    for the files `without`. Nothing is read yet."""
    frame = glue.create_dynamic_frame.from_catalog(
        database=table.database,
        table_name=table.name,
        # Bookmarks are kept by this name, so each table has its own.
        transformation_ctx=f"source_{table.name}",
    )
    typed = {name: kind for name, kind in table.columns.items() if kind != "string"}
    if typed:
        frame = frame.resolveChoice(specs=[(f"`{name}`", "cast:string") for name in typed])
    rows = frame.toDF()
    texts = [
        (text_of_double(_column(name)) if typed.get(name) in _DOUBLES else _column(name)).alias(
            name
        )
        for name in rows.columns
    ]
    rows = rows.select(*texts, _file().alias(SOURCE_FILE))
    if without:
        rows = rows.filter(~_column(SOURCE_FILE).isin(*sorted(without)))
    return rows


def require_rows(count: int, source: S3Location) -> None:
    """Raises SourceError when the input has no row at all."""
    if count == 0:
        raise SourceError(f"{source}: the file has a header and no rows; nothing was loaded")


def _file() -> Column:
    """The row's file as s3://bucket/key, whatever scheme Spark reads it by."""
    # A path of Hadoop has no second `//`.
    place = sf.substring_index(sf.input_file_name(), "://", -1)
    # Spark gives a URI: a blank in the key is %20 there, and a + stands for itself.
    decoded = sf.url_decode(sf.replace(place, sf.lit("+"), sf.lit("%2B")))
    plain = sf.when(place.contains("%"), decoded).otherwise(place)
    return sf.coalesce(sf.concat(sf.lit("s3://"), plain), sf.lit(""))


def _column(name: str) -> Column:
    return sf.col(f"`{name}`")
