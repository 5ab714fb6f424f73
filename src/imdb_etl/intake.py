"""Step 1, whole: a catalog table -> rows in the mapping's types, parsed once, counted and kept."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as sf

from awsglue.context import GlueContext
from imdb_etl import conform, source
from imdb_etl.catalog import CatalogTable
from imdb_etl.config import Column
from imdb_etl.names import SOURCE_FILE


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
    columns: Sequence[Column],
    without: Collection[str] = (),
) -> Input:
    """Reads the table, or with bookmarks what is new in it, except for the files `without`."""
    return kept(source.read(glue, table, without), columns)


def kept(rows: DataFrame, columns: Sequence[Column]) -> Input:
    """Rows of text with SOURCE_FILE, kept and counted by one Spark job.

    This is the one place where rows are kept, in the executors' memory and on their disks: rules,
    rejects and mapping read them there. An executor that is lost ends the run, which can be
    repeated; it never changes rows.
    """
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
