"""`gluelocal dq explain` and `gluelocal dq recommend` on files."""

import json
from pathlib import Path
from typing import Any

import pytest

SAMPLE = Path(__file__).parents[3] / "data" / "imdb_top_1000.csv"
RULESETS = Path(__file__).parents[3] / "conf" / "rulesets"

pytestmark = [pytest.mark.spark, pytest.mark.usefixtures("spark")]


def test_explain_tells_queries_rules_and_what_cannot_be_evaluated(dq: Any, tmp_path: Path) -> None:
    file = tmp_path / "rules.dqdl"
    file.write_text(
        'Rules = [ IsComplete "series_title", Uniqueness "series_title" > 0.9, IsComplete "x",'
        '(RowCount > 0) and (IsUnique "gross"), ColumnLength "director" > 0 ]'
    )
    answer = dq("explain", SAMPLE, file)
    assert answer.exit_code == 0
    assert "over the groups of `Series_Title`" in answer.stdout
    assert "cannot be evaluated: Input data does not include column x!" in answer.stdout
    assert "each row passes or fails; looks at" in answer.stdout
    found = json.loads(dq("explain", SAMPLE, file, "--output", "json").stdout)
    kinds = [query["kind"] for query in found["queries"] if query["kind"] != "staging"]
    assert kinds == ["aggregation", "outcomes", "keys", "keys"]
    assert "rows that pass or fail, for 1 predicate:" in answer.stdout
    assert found["spark_jobs"] == sum(query["spark_jobs"] for query in found["queries"])
    assert [rule["row_level"] for rule in found["rules"]] == [True, True, True, False, True]
    assert [part["rule"] for part in found["rules"][3]["parts"]] == [
        "RowCount > 0",
        'IsUnique "gross"',
    ]


def test_a_recommended_ruleset_passes_check(dq: Any, tmp_path: Path) -> None:
    file = tmp_path / "new" / "rules.dqdl"
    answer = dq("recommend", SAMPLE, "--output", file)
    assert (answer.exit_code, answer.stdout, answer.stderr) == (0, "", "")
    assert dq("lint", file).exit_code == 0
    assert dq("check", SAMPLE, file).exit_code == 0
    printed = dq("recommend", SAMPLE)
    assert printed.stdout == file.read_text()
    file.write_text("old")
    assert dq("recommend", SAMPLE, "--output", file, "--overwrite", "--like-glue").exit_code == 0
    assert 'Uniqueness "Star3" > 0.95' in file.read_text()
