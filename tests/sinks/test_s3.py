"""What is in S3 after a run that failed, and how written rows are counted."""

import gzip
import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from awsglue.context import GlueContext
from imdb_etl.locations import rejected_folder
from imdb_etl.sinks import s3

BUCKET = "sink-tests"


@pytest.fixture(scope="module")
def client(aws):
    storage = aws("s3")
    storage.create_bucket(Bucket=BUCKET)
    return storage


def put(client, folder, count):
    for number in range(count):
        client.put_object(Bucket=BUCKET, Key=f"{folder.key}part-{number}", Body=b"{}\n")


def keys(client, folder):
    found = client.list_objects_v2(Bucket=BUCKET, Prefix=folder.key).get("Contents", [])
    return [one["Key"] for one in found]


def test_discarding_one_run_leaves_the_others(client):
    mine, other = rejected_folder(BUCKET, "jr_1"), rejected_folder(BUCKET, "jr_12")
    put(client, mine, 3)
    put(client, other, 2)
    s3.discard(client, mine)
    assert (len(keys(client, mine)), len(keys(client, other))) == (0, 2)
    s3.discard(client, mine)


def test_a_folder_without_files_has_no_rows_and_needs_no_spark(client):
    assert s3.count_rows(None, client, rejected_folder(BUCKET, "jr_none")) == 0


def test_a_text_is_put_as_it_is(client):
    place = rejected_folder(BUCKET, "jr_text") / "x.json"
    s3.write_text(client, place, '{"é": 1}')
    body = client.get_object(Bucket=BUCKET, Key=place.key)["Body"].read()
    assert body.decode() == '{"é": 1}'


CELLS = st.one_of(
    st.none(),
    st.text(max_size=12),
    st.sampled_from(
        ["", "\n", "a\r\nb", "\u2028", "\u0085", "\0", '"', "\\n", "}\n{", "\ufeff", "\U0001f3ac"]
    ),
)


@pytest.mark.spark
@settings(
    max_examples=2,
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    derandomize=True,
)
@given(rows=st.lists(st.tuples(CELLS, CELLS, st.lists(CELLS, max_size=2)), max_size=60))
def test_rows_are_counted_in_the_files_one_by_one_whatever_is_in_them(spark, monkeypatch, rows):
    """The audit counts what was written, so a line break in a cell must not look like a row."""
    glue = GlueContext(spark.sparkContext)
    monkeypatch.setattr(s3, "objects", lambda _, folder: list(Path(folder).glob("*.gz")))
    with tempfile.TemporaryDirectory() as folder:
        frame = spark.createDataFrame(rows, "a string, b string, c array<string>")
        s3.write_rows(glue, frame, folder, "rejects")
        assert s3.count_rows(glue, None, folder) == len(rows)
        lines = [
            json.loads(line)
            for file in Path(folder).glob("*.gz")
            for line in gzip.decompress(file.read_bytes()).decode().split("\n")[:-1]
        ]
    found = [(line.get("a"), line.get("b"), line.get("c")) for line in lines]
    assert sorted(map(repr, found)) == sorted(map(repr, rows))
