"""Custom classifiers, case by case (cases/custom_csv.yaml)."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from gluelocal.crawler import CrawlError

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "custom_csv.yaml").read_text())


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_custom_csv_classifier_goes_first(case: dict[str, Any], place: Any) -> None:
    definition = {"Name": place.name, **case["classifier"]}
    place.clients.glue.create_classifier(CsvClassifier=definition)
    place.put("data/file.csv", case["content"])
    if "error" in case:
        with pytest.raises(CrawlError, match=case["error"]):
            place.crawl(Classifiers=[place.name])
        return

    place.crawl(Classifiers=[place.name])

    assert place.columns("data") == case["columns"]
    table = place.table("data")
    for key, value in case.get("parameters", {}).items():
        assert table["Parameters"][key] == value, key
    for key in case.get("absent", ()):
        assert key not in table["Parameters"]
    if "serde" in case:
        assert table["StorageDescriptor"]["SerdeInfo"] == case["serde"]


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("GrokClassifier", {"Classification": "log", "GrokPattern": "%{WORD:w}"}),
        ("XMLClassifier", {"Classification": "xml", "RowTag": "row"}),
        ("JsonClassifier", {"JsonPath": "$[*]"}),
    ],
)
def test_other_kinds_of_classifier_are_refused_by_name(
    kind: str, more: dict[str, str], place: Any
) -> None:
    place.clients.glue.create_classifier(**{kind: {"Name": place.name, **more}})
    place.put("data/file.csv", "a,b\n1,2\n")
    with pytest.raises(CrawlError, match=f"'{place.name}' is a {kind}"):
        place.crawl(Classifiers=[place.name])
    assert place.table_names() == []


def test_a_classifier_that_is_not_there(place: Any) -> None:
    with pytest.raises(CrawlError, match="classifier 'nobody' cannot be read"):
        place.crawl(Classifiers=["nobody"])
