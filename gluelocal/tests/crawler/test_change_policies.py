"""What becomes of known tables and partitions when their data changes or goes."""

import json
import time
from typing import Any

import pytest

DELETE = {"SchemaChangePolicy": {"DeleteBehavior": "DELETE_FROM_DATABASE"}}
LOG = {"SchemaChangePolicy": {"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"}}
MERGE = {
    "Configuration": json.dumps(
        {"CrawlerOutput": {"Tables": {"AddOrUpdateBehavior": "MergeNewColumns"}}}
    )
}
INHERIT = {
    "Configuration": json.dumps(
        {"CrawlerOutput": {"Partitions": {"AddOrUpdateBehavior": "InheritFromTable"}}}
    )
}


def _edit(place: Any, name: str, **parameters: str) -> None:
    table = place.table(name)
    kept = ("Name", "StorageDescriptor", "PartitionKeys", "TableType", "Parameters", "Owner")
    edited = {key: table[key] for key in kept}
    edited["Parameters"] = {**table["Parameters"], **parameters}
    place.clients.glue.update_table(DatabaseName=place.name, TableInput=edited)


def test_update_takes_new_types_and_drops_missing_columns(place: Any) -> None:
    place.put("data/f.csv", "a,b,c,d\n1,2,3,4\n")
    place.crawl()
    _edit(place, "data", note="written by hand")
    place.put("data/f.csv", "a,b,c,e\n1,x,3,5\n")
    summary = place.crawl()
    assert summary.tables_updated == 1
    assert place.columns("data") == ["a: bigint", "b: string", "c: bigint", "e: bigint"]
    assert "note" not in place.table("data")["Parameters"]


def test_log_leaves_a_known_table_and_makes_new_ones(place: Any) -> None:
    place.put("data/t/f.csv", "a,b\n1,2\n")
    place.crawl(**LOG)
    place.put("data/t/f.csv", "a,b\n1,x\n")
    place.put("data/u/f.json", '{"k": 1}')
    summary = place.crawl(**LOG)
    assert (summary.tables_created, summary.tables_updated) == (1, 0)
    assert place.columns("t") == ["a: bigint", "b: bigint"]
    assert "UpdateBehavior LOG leaves it" in "\n".join(summary.log)


def test_merge_new_columns_keeps_types_and_adds_columns_behind(place: Any) -> None:
    place.put("data/f.csv", "a,b,c\n1,2,3\n")
    place.crawl(**MERGE)
    _edit(place, "data", note="written by hand")
    place.put("data/f.csv", "z,a,b\n0,1,x\n")
    assert place.crawl(**MERGE).tables_updated == 1
    assert place.columns("data") == ["a: bigint", "b: bigint", "c: bigint", "z: bigint"]
    assert place.table("data")["Parameters"]["note"] == "written by hand"


def test_merge_new_columns_deprecates_a_table_of_another_format(place: Any) -> None:
    place.put("data/f", "a,b\n1,2\n")
    place.crawl(**MERGE)
    place.put("data/f", '{"k": 1}')
    place.crawl(**MERGE)
    table = place.table("data")
    assert table["Parameters"]["classification"] == "csv"
    assert "DEPRECATED_BY_CRAWLER" in table["Parameters"]


def test_a_table_whose_data_is_gone_is_deprecated_once_and_comes_back(place: Any) -> None:
    place.put("data/f.csv", "a,b\n1,2\n")
    place.crawl()
    place.remove("data/f.csv")
    before = time.time() * 1000
    summary = place.crawl()
    assert (summary.tables, summary.tables_updated, summary.tables_deleted) == ((), 1, 0)
    table = place.table("data")
    mark = int(table["Parameters"]["DEPRECATED_BY_CRAWLER"])
    assert before - 1000 <= mark <= time.time() * 1000
    assert place.columns("data") == ["a: bigint", "b: bigint"]
    assert place.crawl().tables_updated == 0

    place.put("data/f.csv", "a,b\n1,2\n")
    assert place.crawl().tables_updated == 1
    assert "DEPRECATED_BY_CRAWLER" not in place.table("data")["Parameters"]


def test_a_table_whose_data_is_gone_is_deleted(place: Any) -> None:
    place.put("data/f.csv", "a,b\n1,2\n")
    place.crawl(**DELETE)
    place.remove("data/f.csv")
    assert place.crawl(**DELETE).tables_deleted == 1
    assert place.table_names() == []


def test_a_table_whose_data_is_gone_is_only_logged(place: Any) -> None:
    place.put("data/f.csv", "a,b\n1,2\n")
    place.crawl(**LOG)
    place.remove("data/f.csv")
    summary = place.crawl(**LOG)
    assert (summary.tables_updated, summary.tables_deleted) == (0, 0)
    assert "DEPRECATED_BY_CRAWLER" not in place.table("data")["Parameters"]
    assert "DeleteBehavior LOG keeps it" in "\n".join(summary.log)


def test_tables_outside_the_targets_or_of_other_crawlers_stay(place: Any) -> None:
    for path in ("data/", "database/", "other/"):
        place.put(f"{path}f.csv", "a,b\n1,2\n")
        place.crawl(path, Name="somebody" if path == "other/" else "tester")
    for path in ("data/", "database/", "other/"):
        place.remove(f"{path}f.csv")
    summary = place.crawl("data/", **DELETE)
    assert summary.tables_deleted == 1
    assert place.table_names() == ["database", "other"]


@pytest.mark.parametrize(
    ("policy", "counts", "left"),
    [
        (DELETE, (1, 1, 1), ["1", "3"]),
        ({}, (1, 2, 0), ["1", "2", "3"]),
        (LOG, (1, 0, 0), ["1", "2", "3"]),
    ],
    ids=["delete", "deprecate", "log"],
)
def test_partitions_follow_the_policies(
    policy: dict[str, Any], counts: tuple[int, int, int], left: list[str], place: Any
) -> None:
    place.put("data/day=1/f.csv", "a,b\n1,2\n")
    place.put("data/day=2/f.csv", "a,b\n1,2\n")
    assert place.crawl(**policy).partitions_created == 2
    place.put("data/day=1/f.csv", "a,b\n1,x\n")
    place.remove("data/day=2/f.csv")
    place.put("data/day=3/f.csv", "a,b\n1,2\n")
    summary = place.crawl(**policy)
    assert (
        summary.partitions_created,
        summary.partitions_updated,
        summary.partitions_deleted,
    ) == counts
    partitions = place.partitions("data")
    assert sorted(values[0] for values in partitions) == left
    if policy == {}:
        assert "DEPRECATED_BY_CRAWLER" in partitions[("2",)]["Parameters"]
        assert place.crawl().partitions_updated == 0


@pytest.mark.parametrize(
    ("policy", "type_"), [(INHERIT, "string"), ({}, "bigint")], ids=["inherit", "own"]
)
def test_a_partition_has_its_own_schema_or_the_tables(
    policy: dict[str, Any], type_: str, place: Any
) -> None:
    place.put("data/day=1/f.csv", "a,b\n1,2\n")
    place.put("data/day=2/f.csv", "a,b\n1,x\n")
    place.crawl(**policy)
    assert place.columns("data") == ["a: bigint", "b: string"]
    columns = place.partitions("data")[("1",)]["StorageDescriptor"]["Columns"]
    assert columns[1] == {"Name": "b", "Type": type_}


def test_more_partitions_than_one_call_takes(place: Any) -> None:
    for number in range(103):
        place.put(f"data/n={number}/f.csv", "a,b\n1,2\n")
    assert place.crawl().partitions_created == 103
    assert len(place.partitions("data")) == 103
    assert place.table("data")["Parameters"]["objectCount"] == "103"


def test_new_folders_only_leaves_what_is_known(place: Any) -> None:
    policy = {"RecrawlPolicy": {"RecrawlBehavior": "CRAWL_NEW_FOLDERS_ONLY"}}
    place.put("data/day=1/f.csv", "a,b\n1,2\n")
    place.crawl(**policy)
    place.put("data/day=1/f.csv", "a,b\n1,x\n")
    place.put("data/day=2/f.csv", "a,b\n1,2\n")
    summary = place.crawl(**policy)
    assert (summary.tables_updated, summary.partitions_created) == (0, 1)
    assert summary.partitions_updated == 0
    assert place.columns("data") == ["a: bigint", "b: bigint"]
