"""Step 1: a catalog table -> rows, parsed once and kept.

Every column is taken as the text that the file has. A crawler types a column by the files at hand,
and what does not fit that type must not be lost before somebody has looked at it (conform.py).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as sf

from awsglue.context import GlueContext
from imdb_etl import conform
from imdb_etl.catalog import CatalogTable
from imdb_etl.cells import text_of_double
from imdb_etl.config import Column as Mapped
from imdb_etl.errors import SourceError
from imdb_etl.locations import S3Location
from imdb_etl.names import SOURCE_FILE

_DOUBLES = ("double", "float")


@dataclass(frozen=True)
class Input:
    """`rows`: the table's columns in the types of the mapping, and SOURCE_FILE. `misfits`: the rows
    with a cell that is not of its type, as they came, and why; None without any. `files`: how many
    rows of both kinds each file gave, by s3://..."""

    rows: DataFrame
    misfits: DataFrame | None
    files: Mapping[str, int]

    @property
    def read(self) -> int:
        """The number of rows."""
        return sum(self.files.values())


def read(
    glue: GlueContext,
    table: CatalogTable,
    columns: Sequence[Mapped],
    without: Collection[str] = (),
) -> Input:
    """Reads the table, or with bookmarks what is new in it, except for the files `without`.

    This is the one place where rows are kept, in the executors' memory and on their disks: rules,
    rejects and mapping read them there. An executor that is lost ends the run, which can be
    repeated; it never changes rows.
    """
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
    return kept(rows, columns)


def kept(rows: DataFrame, columns: Sequence[Mapped]) -> Input:
    """Rows of text with SOURCE_FILE, kept and counted by one Spark job."""
    settled = conform.settled(rows, columns).localCheckpoint(eager=False)
    counts = (
        settled.groupBy(SOURCE_FILE)
        .agg(sf.count("*").alias("rows"), sf.count(conform.AS_WRITTEN).alias("misfits"))
        .collect()
    )
    files = {row[SOURCE_FILE]: row["rows"] for row in counts}
    if not any(row["misfits"] for row in counts):
        return Input(settled.drop(conform.AS_WRITTEN), None, files)
    return Input(conform.conforming(settled), conform.misfits(settled, columns), files)


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
