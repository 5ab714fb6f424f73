"""Which objects become which tables and partitions, case by case (cases/grouping.yaml)."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from gluelocal.crawler import CrawlError

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "grouping.yaml").read_text())


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_objects_become_the_expected_tables(case: dict[str, Any], place: Any) -> None:
    for key, content in case["files"].items():
        zipped = isinstance(content, dict)
        place.put(f"data/{key}", gzip.compress(content["gzip"].encode()) if zipped else content)
    definition = {"target": case.get("target", {}), **case.get("definition", {})}
    path = case.get("path", "data/")
    if "error" in case:
        with pytest.raises(CrawlError, match=case["error"]):
            place.crawl(path, **definition)
        assert place.table_names() == []
        return

    summary = place.crawl(path, **definition)

    assert place.table_names() == sorted(case["tables"]) == list(summary.tables)
    assert summary.tables_created == len(case["tables"])
    for name, wanted in case["tables"].items():
        _assert_table(place, name, wanted)
    if "log" in case:
        assert case["log"] in "\n".join(summary.log)
    # Nothing changed, so a second crawl writes nothing.
    again = place.crawl(path, **definition)
    assert (again.tables_created, again.tables_updated, again.tables_deleted) == (0, 0, 0)
    assert again.partitions_created + again.partitions_updated + again.partitions_deleted == 0


def _assert_table(place: Any, name: str, wanted: dict[str, Any]) -> None:
    table = place.table(name)
    if "location" in wanted:
        assert table["StorageDescriptor"]["Location"] == place.url(wanted["location"])
    if "columns" in wanted:
        assert place.columns(name) == wanted["columns"]
    if "keys" in wanted:
        keys = [{"Name": key, "Type": "string"} for key in wanted["keys"]]
        assert table["PartitionKeys"] == keys
    for key, value in wanted.get("parameters", {}).items():
        assert table["Parameters"][key] == value, key
    if "exclusions" in wanted:
        exclusions = [place.url(pattern) for pattern in wanted["exclusions"]]
        assert json.loads(table["Parameters"]["exclusions"]) == exclusions
    assert table["StorageDescriptor"]["Parameters"] == table["Parameters"]
    locations = {
        ",".join(values): one["StorageDescriptor"]["Location"]
        for values, one in place.partitions(name).items()
    }
    assert locations == {
        values: place.url(path) for values, path in wanted.get("partitions", {}).items()
    }
