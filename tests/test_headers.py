"""A file whose columns stand otherwise than the table's is found before its cells are believed."""

import bz2
import gzip

import pytest

from imdb_etl import headers
from imdb_etl.catalog import CatalogTable
from imdb_etl.config import Column
from imdb_etl.errors import SourceError
from imdb_etl.locations import S3Location

BUCKET = "header-tests"
TABLE = CatalogTable("d", "movies", {"title": "string", "year_made": "string", "votes": "bigint"})
COLUMNS = (Column("title", "varchar(9)", "title"), Column("year", "integer", "year_made"))


@pytest.fixture(scope="module")
def put(aws):
    client = aws("s3")
    client.create_bucket(Bucket=BUCKET)

    def put(key, body):
        client.put_object(Bucket=BUCKET, Key=key, Body=body)
        return S3Location(BUCKET, key)

    put.client = client
    return put


def check(put, *files, table=TABLE):
    headers.require_same_columns(put.client, files, table, COLUMNS)


@pytest.mark.parametrize(
    ("key", "body"),
    [
        ("same.csv", b"title,year_made,votes\nHeat,1995,1\n"),
        ("mark, case, quotes.csv", b'\xef\xbb\xbf"Title", YEAR MADE ,Votes\r\nHeat,1995,1'),
        # Its bytes are in the test's name, which must be the same in each process that collects it.
        ("packed.csv.gz", gzip.compress(b"title,year_made,votes\n" * 9000, mtime=0)),
        ("packed.csv.bz2", bz2.compress(b"title,year_made,votes\n" * 9000)),
        ("without an unmapped column at the end.csv", b"title,year_made\n"),
    ],
)
def test_the_same_columns_are_fine(put, key, body):
    check(put, put(key, body))
    with pytest.raises(SourceError, match="cells are read by position"):
        other = CatalogTable("d", "other", {"name": "string", "year_made": "string"})
        check(put, S3Location(BUCKET, key), table=other)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"title,votes,year_made\n", "columns stand in another order: title, votes, year_made"),
        (b"year_made,title\n", "columns stand in another order: year_made, title"),
        (b"title,title,year_made,votes\n", "columns stand in another order: title, title"),
        (b"title,director,year_made,votes\n", "it has other columns: director"),
        (b"title,votes\n", "it lacks columns: year_made"),
        (b"title\n", "it lacks columns: year_made"),
        (b"Heat,1995,1\n", "it has other columns: Heat, 1995, 1"),
    ],
)
def test_other_columns_are_named_with_the_file(put, body, said):
    good, bad = put("good.csv", b"title,year_made,votes\n"), put("drift.csv", body)
    with pytest.raises(SourceError, match=f"s3://{BUCKET}/drift.csv: .*{said}") as refused:
        check(put, good, bad)
    assert "good.csv" not in str(refused.value)
    assert "--source" in str(refused.value)


def test_many_bad_files_are_counted(put):
    bad = [put(f"many/{n}.csv", b"x,y\n") for n in range(7)]
    with pytest.raises(SourceError, match=r"and 2 more files"):
        check(put, *bad)


def test_a_table_without_headers_cannot_be_checked(put):
    bare = CatalogTable("d", "t", TABLE.columns, has_header=False)
    check(put, put("bare.csv", b"Heat,1995,1\n"), table=bare)
