"""An incremental load through StartJobRun, with the bookmark in the account."""

import json
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.spark, pytest.mark.slow]

SCRIPT = Path(__file__).parent / "scripts" / "incremental_load.py"
BUCKET = "bookmark-data"


@pytest.fixture
def s3(local_account: Any) -> Any:
    client = local_account.client("s3")
    client.create_bucket(Bucket=BUCKET)
    return client


@pytest.fixture
def table(local_account: Any) -> Any:
    """Makes the table `sales`, and partitions of it by day."""
    glue = local_account.client("glue")
    glue.create_database(DatabaseInput={"Name": "bookmarks"})
    storage = {
        "Columns": [{"Name": "id", "Type": "bigint"}],
        "Location": f"s3://{BUCKET}/sales/",
        "SerdeInfo": {"Parameters": {"field.delim": ","}},
    }
    glue.create_table(
        DatabaseName="bookmarks",
        TableInput={
            "Name": "sales",
            "StorageDescriptor": storage,
            "PartitionKeys": [{"Name": "day", "Type": "string"}],
            "Parameters": {"classification": "csv", "skip.header.line.count": "1"},
        },
    )

    def partition(day: str) -> None:
        place = {**storage, "Location": f"s3://{BUCKET}/sales/day={day}/"}
        glue.create_partition(
            DatabaseName="bookmarks",
            TableName="sales",
            PartitionInput={"Values": [day], "StorageDescriptor": place},
        )

    return partition


def test_an_incremental_load(local_account: Any, s3: Any, table: Any, run_job: Any) -> None:
    def put(key: str, text: str) -> None:
        s3.put_object(Bucket=BUCKET, Key=key, Body=text.encode())

    def written(prefix: str) -> list[int]:
        """The ids in the JSON files below a folder."""
        found = s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])
        bodies = [s3.get_object(Bucket=BUCKET, Key=one["Key"])["Body"].read() for one in found]
        return sorted(int(json.loads(line)["id"]) for body in bodies for line in body.splitlines())

    def run(target: str, fail: str = "no") -> tuple[str, list[int], list[int]]:
        """(run id, sales written, prices written)"""
        given = {"job-bookmark-option": "job-bookmark-enable", "fail": fail}
        places = {"target": f"s3://{BUCKET}/{target}/", "prices": f"s3://{BUCKET}/prices/"}
        result = run_job(SCRIPT, **places, **given)
        assert result.state == ("FAILED" if fail == "yes" else "SUCCEEDED"), result.logs[-4000:]
        return result.run_id, written(f"{target}/sales/"), written(f"{target}/prices/")

    put("sales/day=1/a.csv", "id\n1\n2\n")
    put("prices/p.csv", "id,price\n1,9\n2,8\n")
    table("1")
    first, *loaded = run("one")
    assert loaded == [[1, 2], [1, 2]]

    put("sales/day=1/b.csv", "id\n3\n")
    put("sales/day=2/c.csv", "id\n4\n")
    table("2")
    assert run("failed", fail="yes")[1:] == ([3, 4], [])

    # The next run reads what the failed one has read, and a file that was changed since.
    put("sales/day=1/a.csv", "id\n1\n2\n5\n")
    assert run("two")[1:] == ([1, 2, 3, 4, 5], [])

    glue = local_account.client("glue")
    entry = glue.get_job_bookmark(JobName=SCRIPT.stem)["JobBookmarkEntry"]
    # The failed run was the first attempt (0) of the second run.
    assert (entry["Version"], entry["Run"], entry["Attempt"]) == (2, 2, 1)
    assert set(json.loads(entry["JobBookmark"])["states"]) == {"Sales_node1", "Prices_node2"}

    s3.delete_object(Bucket=BUCKET, Key="sales/day=1/b.csv")
    glue.reset_job_bookmark(JobName=SCRIPT.stem, RunId=first)
    assert run("three")[1:] == ([1, 2, 4, 5], [])
