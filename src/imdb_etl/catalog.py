"""What can be known of the input before Spark starts, so that a wrong input fails in a second."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from imdb_etl.config import Column
from imdb_etl.errors import SourceError
from imdb_etl.locations import S3Location

_DEPRECATED = "DEPRECATED_BY_CRAWLER"
_SHOWN_TABLES = 10


@dataclass(frozen=True)
class CatalogTable:
    """A table of the Glue Data Catalog.

    `columns`: type by name, in their order, lower-case as crawlers write. `delimiter` and
    `has_header` are those of its CSV files.
    """

    database: str
    name: str
    columns: Mapping[str, str]
    delimiter: str = ","
    has_header: bool = True


@dataclass(frozen=True)
class SourceObject:
    """An object of the input in S3; `etag` is S3's mark of its content."""

    location: S3Location
    etag: str


def find_objects(client: Any, source: S3Location) -> tuple[SourceObject, ...]:
    """The objects with content at `source` (`client`: boto3 s3); SourceError when there is none."""
    pages = client.get_paginator("list_objects_v2").paginate(
        Bucket=source.bucket, Prefix=source.key
    )
    listed: list[dict[str, Any]] = []
    try:
        for page in pages:
            found = page.get("Contents", [])
            listed += [one for one in found if _belongs_to(one["Key"], source.key)]
    except client.exceptions.NoSuchBucket as problem:
        raise SourceError(f"{source}: there is no bucket {source.bucket}") from problem
    if not listed:
        raise SourceError(
            f"{source}: there is no such file, and no file in a folder of that name; "
            "upload the CSV first, or name another with --source"
        )
    filled = [one for one in listed if one["Size"]]
    if not filled:
        raise SourceError(f"{source}: the file is empty (0 bytes); a CSV with a header is expected")
    return tuple(
        SourceObject(S3Location(source.bucket, one["Key"]), one["ETag"].strip('"'))
        for one in filled
    )


def _belongs_to(key: str, wanted: str) -> bool:
    # A prefix 'raw/movies' also matches 'raw/movies_2/x.csv', and a folder's own marker is no file.
    folder = wanted if not wanted or wanted.endswith("/") else f"{wanted}/"
    return not key.endswith("/") and (key == wanted or key.startswith(folder))


def find_table(client: Any, database: str, source: S3Location) -> CatalogTable:
    """The catalog table whose location is `source` (`client`: boto3 glue); SourceError if none."""
    seen, inside = [], []
    for page in client.get_paginator("get_tables").paginate(DatabaseName=database):
        for table in page["TableList"]:
            descriptor = table.get("StorageDescriptor", {})
            location = descriptor.get("Location", "")
            if not location.startswith("s3"):
                continue
            if source.same_place(S3Location.parse(location)):
                columns = {one["Name"]: one["Type"] for one in descriptor.get("Columns", ())}
                parameters = table.get("Parameters", {})
                # A crawler keeps a table whose data it can no longer read: marked, or bare.
                if _DEPRECATED not in parameters and columns:
                    return CatalogTable(
                        database,
                        table["Name"],
                        columns,
                        delimiter=parameters.get("delimiter", ","),
                        has_header=parameters.get("skip.header.line.count") == "1",
                    )
                continue
            seen.append(f"{table['Name']} ({location})")
            if location.startswith(f"{str(source).rstrip('/')}/"):
                inside.append(seen[-1])
    if len(inside) > 1:
        raise SourceError(
            f"{source}: its files have not the same columns, so the crawler made no table of the "
            f"folder, but some of what is in it: {', '.join(inside[:_SHOWN_TABLES])}. Nothing was "
            "loaded. Put files of another shape into a folder of their own and run with --source"
        )
    known = ", ".join(seen[:_SHOWN_TABLES]) or "none"
    raise SourceError(
        f"{source}: the catalog database {database} has no readable table for it, so the crawler "
        "found nothing there that it could take for a table (a CSV needs a header, at least two "
        f"columns and at least one row of data). Tables that are there: {known}"
    )


def require_columns(table: CatalogTable, columns: Sequence[Column]) -> None:
    """Raises SourceError unless the table has every column that the mapping reads."""
    if missing := [c.source for c in columns if c.source not in table.columns]:
        raise SourceError(
            f"the input lacks {_columns(len(missing))} {', '.join(missing)}; "
            f"the catalog table {table.name} has {', '.join(table.columns)}"
        )


def _columns(count: int) -> str:
    return "the column" if count == 1 else "the columns"
