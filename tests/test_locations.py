"""Places in S3."""

import pytest

from imdb_etl.errors import ConfigError
from imdb_etl.locations import S3Location, rejected_folder, summary_object


@pytest.mark.parametrize(
    ("uri", "bucket", "key"),
    [
        ("s3://b/raw/x.csv", "b", "raw/x.csv"),
        ("s3://b/raw/", "b", "raw/"),
        ("s3://b", "b", ""),
        ("s3a://b/a b#c?d.csv", "b", "a b#c?d.csv"),
    ],
)
def test_a_uri_is_read(uri, bucket, key):
    assert S3Location.parse(uri) == S3Location(bucket, key)


@pytest.mark.parametrize("uri", ["/tmp/x.csv", "https://b/x", "s3://", "x.csv", ""])
def test_anything_else_is_refused_with_an_example(uri):
    with pytest.raises(ConfigError, match=r"s3://bucket/folder/file\.csv"):
        S3Location.parse(uri)


def test_a_folder_is_one_place_with_and_without_its_slash():
    folder = S3Location("b", "raw/x/")
    assert folder.same_place(S3Location("b", "raw/x"))
    assert not folder.same_place(S3Location("b", "raw/x2"))
    assert not folder.same_place(S3Location("c", "raw/x/"))


def test_parts_are_joined_with_one_slash():
    assert str(S3Location("b", "") / "x" / "y.csv") == "s3://b/x/y.csv"
    assert str(S3Location("b", "raw/") / "y.csv") == "s3://b/raw/y.csv"


def test_what_a_run_writes_stands_under_its_id():
    assert str(rejected_folder("b", "jr_1")) == "s3://b/rejected/run_id=jr_1/"
    assert str(summary_object("b", "jr_1")) == "s3://b/runs/jr_1/summary.json"
