"""What is in S3 after a run that failed, and how written rows are counted."""

import pytest

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
