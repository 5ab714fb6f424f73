"""The built-in CSV classifier, case by case (cases/csv.yaml), through a whole crawl."""

from pathlib import Path
from typing import Any

import pytest
import yaml

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "csv.yaml").read_text())


def _content(case: dict[str, Any]) -> bytes | str:
    content: bytes | str = (
        bytes.fromhex(case["content_bytes"]) if "content_bytes" in case else case["content"]
    )
    return content


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_csv_becomes_the_expected_table(case: dict[str, Any], place: Any) -> None:
    place.put("data/file.csv", _content(case))

    summary = place.crawl()

    assert summary.tables == ("data",)
    assert place.columns("data") == case["columns"]
    parameters = place.table("data")["Parameters"]
    for key, value in case.get("parameters", {}).items():
        assert parameters.get(key) == value, key
    for key in case.get("absent", ()):
        assert key not in parameters
    if "log" in case:
        assert case["log"] in "\n".join(summary.log)


def test_case_names_are_unique() -> None:
    names = [case["name"] for case in CASES]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize(
    ("length", "columns"),
    [
        (149, ["a: bigint", "b" * 149 + ": bigint", "c: string"]),
        (150, ["col0: string", "col1: string", "col2: string"]),
    ],
)
def test_a_header_cell_before_the_last_has_less_than_150_characters(
    length: int, columns: list[str], place: Any
) -> None:
    place.put("data/file.csv", f"a,{'b' * length},c\n1,2,x\n2,3,y\n")
    place.crawl()
    assert place.columns("data") == columns


def test_a_long_last_header_cell_is_allowed(place: Any) -> None:
    place.put("data/file.csv", f"a,b,{'c' * 200}\n1,2,x\n")
    place.crawl()
    assert place.columns("data") == ["a: bigint", "b: bigint", "c" * 200 + ": string"]


def test_a_thousand_columns(place: Any) -> None:
    header = ",".join(f"c{number}" for number in range(1000))
    place.put("data/file.csv", f"{header}\n{','.join(map(str, range(1000)))}\n")
    place.crawl()
    assert place.columns("data") == [f"c{number}: bigint" for number in range(1000)]


def test_only_the_first_two_megabytes_decide_a_type(place: Any) -> None:
    rows = "".join(f"{number},some text to fill the line\n" for number in range(100_000))
    assert len(rows) > 3_000_000
    place.put("data/file.csv", f"id,note\n{rows}not a number,end\n")
    place.crawl()
    assert place.columns("data") == ["id: bigint", "note: string"]
    # The estimate for the whole file comes from the sample's average.
    assert int(place.table("data")["Parameters"]["recordCount"]) == pytest.approx(100_000, rel=0.05)
