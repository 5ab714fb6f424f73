"""What is known of an input before Spark starts, asked of real AWS APIs."""

import pytest

from imdb_etl import catalog
from imdb_etl.config import Column
from imdb_etl.errors import SourceError
from imdb_etl.locations import S3Location

BUCKET = "catalog-tests"
DATABASE = "catalog_tests"


@pytest.fixture(scope="module")
def s3(aws):
    client = aws("s3")
    client.create_bucket(Bucket=BUCKET)
    objects = {
        "raw/movies/a.csv": b"title,year\nHeat,1995\n",
        "raw/movies_2/b.csv": b"x\n",
        "raw/empty/c.csv": b"",
        "raw/marker/": b"",
    }
    for key, body in objects.items():
        client.put_object(Bucket=BUCKET, Key=key, Body=body)
    return client


@pytest.fixture(scope="module")
def glue(aws):
    client = aws("glue")
    client.create_database(DatabaseInput={"Name": DATABASE})
    tables = [
        ("movies", f"s3://{BUCKET}/raw/movies/", {"skip.header.line.count": "1"}),
        ("a_csv", f"s3://{BUCKET}/raw/single/a.csv", {}),
        ("gone", f"s3://{BUCKET}/raw/gone/", {"DEPRECATED_BY_CRAWLER": "1700000000"}),
        ("bare", f"s3://{BUCKET}/raw/bare/", {"classification": "UNKNOWN"}),
        ("drifted", f"s3://{BUCKET}/raw/drifted/", {"DEPRECATED_BY_CRAWLER": "1700000000"}),
        ("b_csv", f"s3://{BUCKET}/raw/drifted/b.csv", {}),
        ("c_csv", f"s3://{BUCKET}/raw/drifted/c.csv", {}),
        ("dev_movies_imdb_movies", "dev.movies.imdb_movies", {"classification": "redshift"}),
    ]
    readable = [{"Name": "title", "Type": "string"}, {"Name": "year", "Type": "bigint"}]
    for name, location, parameters in tables:
        columns = [] if name == "bare" else readable
        client.create_table(
            DatabaseName=DATABASE,
            TableInput={
                "Name": name,
                "Parameters": parameters,
                "StorageDescriptor": {"Location": location, "Columns": columns},
            },
        )
    return client


@pytest.mark.parametrize("key", ["raw/movies/a.csv", "raw/movies/", "raw/movies"])
def test_a_file_or_a_folder_with_content_is_fine(s3, key):
    (found,) = catalog.find_objects(s3, S3Location(BUCKET, key))
    assert found.location == S3Location(BUCKET, "raw/movies/a.csv")
    head = s3.head_object(Bucket=BUCKET, Key="raw/movies/a.csv")
    assert f'"{found.etag}"' == head["ETag"]


@pytest.mark.parametrize("key", ["raw/nowhere/", "raw/mov", "raw/marker/", "raw/movies/a"])
def test_nothing_there_is_said_with_the_place(s3, key):
    with pytest.raises(SourceError, match=f"s3://{BUCKET}/{key}: there is no such file"):
        catalog.find_objects(s3, S3Location(BUCKET, key))


def test_an_empty_file_is_told_from_a_missing_one(s3):
    with pytest.raises(SourceError, match=r"is empty \(0 bytes\)"):
        catalog.find_objects(s3, S3Location(BUCKET, "raw/empty/"))


def test_a_missing_bucket_is_named(s3):
    with pytest.raises(SourceError, match="there is no bucket catalog-tests-2"):
        catalog.find_objects(s3, S3Location("catalog-tests-2", "x.csv"))


@pytest.mark.parametrize(
    ("key", "table"),
    [("raw/movies/", "movies"), ("raw/movies", "movies"), ("raw/single/a.csv", "a_csv")],
)
def test_the_table_of_a_place_is_found(glue, key, table):
    found = catalog.find_table(glue, DATABASE, S3Location(BUCKET, key))
    columns = {"title": "string", "year": "bigint"}
    assert found == catalog.CatalogTable(DATABASE, table, columns, ",", has_header=table != "a_csv")
    assert list(found.columns) == ["title", "year"]


@pytest.mark.parametrize("key", ["raw/mov", "raw/movies/a.csv", "raw/gone/", "raw/bare/"])
def test_a_place_without_a_table_is_an_error_that_lists_the_tables(glue, key):
    with pytest.raises(SourceError, match="has no readable table for it") as refused:
        catalog.find_table(glue, DATABASE, S3Location(BUCKET, key))
    assert f"movies (s3://{BUCKET}/raw/movies/)" in str(refused.value)


def test_a_folder_whose_files_became_tables_of_their_own_says_so(glue):
    place = f"s3://{BUCKET}/raw/drifted"
    with pytest.raises(SourceError, match="files have not the same columns") as refused:
        catalog.find_table(glue, DATABASE, S3Location(BUCKET, "raw/drifted/"))
    assert f"b_csv ({place}/b.csv), c_csv ({place}/c.csv). Nothing" in str(refused.value)
    assert "a_csv" not in str(refused.value)


def test_missing_columns_are_named_with_those_that_are_there():
    table = catalog.CatalogTable(DATABASE, "movies", {"title": "string", "year": "bigint"})
    needed = [Column(name, "bigint", name) for name in ("year", "gross", "votes")]
    with pytest.raises(SourceError, match=r"lacks the columns gross, votes; .* has title, year"):
        catalog.require_columns(table, needed)
    catalog.require_columns(table, needed[:1])
