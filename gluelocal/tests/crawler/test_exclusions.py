"""Exclude patterns, case by case (cases/exclusions.yaml)."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from gluelocal.crawler import CrawlError
from gluelocal.crawler.exclusions import excluder, glob_pattern

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "exclusions.yaml").read_text())


@pytest.mark.parametrize("case", CASES, ids=[case["glob"] for case in CASES])
def test_a_glob_matches_these_paths_and_not_those(case: dict[str, Any]) -> None:
    if "error" in case:
        with pytest.raises(CrawlError, match=case["error"]):
            glob_pattern(case["glob"])
        return
    excluded = excluder([case["glob"]])
    assert [path for path in case["matches"] if not excluded(path)] == []
    assert [path for path in case["others"] if excluded(path)] == []
