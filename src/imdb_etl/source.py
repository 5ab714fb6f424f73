"""Step 1: a catalog table -> rows."""

from pyspark.sql import DataFrame

from awsglue.context import GlueContext
from imdb_etl.catalog import CatalogTable
from imdb_etl.errors import SourceError
from imdb_etl.locations import S3Location


def read(glue: GlueContext, table: CatalogTable) -> DataFrame:
    """The table's rows; a column with cells that do not fit its type arrives as a struct."""
    frame = glue.create_dynamic_frame.from_catalog(
        database=table.database, table_name=table.name, transformation_ctx="source"
    )
    return frame.toDF()


def require_rows(count: int, source: S3Location) -> None:
    """Raises SourceError when the input has no row at all."""
    if count == 0:
        raise SourceError(f"{source}: the file has a header and no rows; nothing was loaded")
