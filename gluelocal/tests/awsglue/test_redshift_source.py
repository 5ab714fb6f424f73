"""Reading Redshift without a Redshift: options, statements, types."""

from typing import Any

import pytest

from awsglue.data_sink.redshift import statements
from awsglue.data_source import redshift
from awsglue.errors import InvalidOptionError

OPTIONS = {
    "url": "jdbc:redshift://h:5439/dev",
    "user": "u",
    "password": "hush",
    "redshiftTmpDir": "s3://b/tmp/",
}


@pytest.mark.parametrize(
    ("options", "relation"),
    [
        ({"dbtable": "Movies.Films"}, '"movies"."films"'),
        ({"query": "select 1 as a;"}, "(select 1 as a) AS rows_of_query"),
        ({"dbtable": "t", "sampleQuery": "select 2"}, "(select 2) AS rows_of_query"),
        ({"dbtable": "(select 3) as x"}, "(select 3) AS rows_of_query"),
    ],
)
def test_what_is_read(options: dict[str, str], relation: str) -> None:
    source = redshift.of_options({**OPTIONS, **options})
    assert source.relation == relation
    assert source.temporary == "s3://b/tmp"
    assert "hush" not in repr(source)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({}, "needs dbtable, such as 'schema.table', or query"),
        ({"dbtable": "t", "redshiftTmpDir": ""}, "reading from Redshift needs redshift_tmp_dir"),
        ({"dbtable": "t", "redshiftTmpDir": "/tmp/x"}, "must be a folder in S3"),
        ({"dbtable": "t", "user": ""}, "reading from Redshift needs user and password"),
        ({"dbtable": "t", "unload_s3_format": "TEXT"}, "unload_s3_format is not supported"),
        ({"dbtable": "t", "DbUser": "me"}, "DbUser is not supported"),
    ],
)
def test_options_that_cannot_be_read_with(change: dict[str, Any], message: str) -> None:
    with pytest.raises((InvalidOptionError, NotImplementedError), match=message):
        redshift.of_options({**OPTIONS, **change})


def test_unload_quotes_its_query() -> None:
    text = statements.unload("select 'a\\b'", "s3://b/f/", "IAM_ROLE default", "REGION 'x'")
    assert text == (
        "UNLOAD ('select ''a\\\\b''') TO 's3://b/f/' IAM_ROLE default "
        "FORMAT AS PARQUET MANIFEST REGION 'x'"
    )
