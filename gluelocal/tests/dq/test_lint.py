"""`gluelocal dq lint`: errors with their place, warnings, exit codes; Spark is never imported."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from dqdl.rules import rule_types
from gluelocal.dq.linting import NOT_IN_GUIDE, lint

CASES = yaml.safe_load(
    (Path(__file__).with_name("fixtures") / "lint.yaml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("case", CASES, ids=[case["title"] for case in CASES])
def test_lint_finds_this_and_nothing_else(case: dict[str, Any]) -> None:
    found = lint(case["ruleset"])
    places = [f"{one.severity} {one.line}:{one.column}" for one in found]
    assert places == [expected["at"] for expected in case["found"]]
    for one, expected in zip(found, case["found"], strict=True):
        assert expected["says"] in one.message


def test_every_file_is_looked_at_and_the_worst_one_is_the_exit_code(
    dq: Any, tmp_path: Path
) -> None:
    good, warned, wrong = (tmp_path / f"{name}.dqdl" for name in ("good", "warned", "wrong"))
    good.write_text("Rules = [ RowCount > 0 ]")
    warned.write_text("Rules = [ RowCount > 0, RowCount > 0 ]")
    wrong.write_text("Rules = [ RowCount ]")
    assert dq("lint", good, warned).exit_code == 0
    answer = dq("lint", good, warned, wrong)
    assert answer.exit_code == 1
    assert answer.stdout.endswith("3 rulesets: 1 error, 1 warning.\n")
    assert f"{warned}:1:25: warning:" in answer.stdout
    assert f"{wrong}:1:11: error:" in answer.stdout
    answer = dq("lint", tmp_path / "nowhere.dqdl", wrong)
    assert answer.exit_code == 2
    assert "There is no ruleset" in answer.stderr
    assert "wrong.dqdl:1:11: error:" in answer.stdout


def test_json_has_every_finding(dq: Any) -> None:
    answer = dq("lint", "-", "--output", "json", stdin=b"Rules = [\r\n  RowCoun > 0 ]")
    found = json.loads(answer.stdout)
    assert (answer.exit_code, found["errors"], found["warnings"]) == (1, 1, 0)
    (finding,) = found["findings"]
    assert finding["file"] == "standard input"
    assert (finding["severity"], finding["line"], finding["column"]) == ("error", 2, 3)
    assert "did you mean RowCount?" in finding["message"]


def test_a_long_line_is_shown_around_its_place(dq: Any) -> None:
    rules = ", ".join(f'IsComplete "c{i}"' for i in range(500))
    answer = dq("lint", "-", stdin=f"Rules = [ {rules}, Rubbish ]".encode())
    _, line, caret, _ = answer.stdout.splitlines()
    assert len(line) < 140
    assert line[caret.index("^") :].startswith("Rubbish")


def test_rule_types_outside_the_guide_are_rule_types() -> None:
    assert set(rule_types()) >= NOT_IN_GUIDE


def test_the_work_of_linting_is_linear_in_the_rules() -> None:
    def calls(count: int) -> int:
        """How many Python functions are called, which is the same in every run."""
        made = 0

        def counted(_frame: object, event: str, _arg: object) -> None:
            nonlocal made
            made += event == "call"

        rules = ",\n".join(f'ColumnValues "c{i}" between {i} and {i + 9}' for i in range(count))
        sys.setprofile(counted)
        try:
            found = lint(f"Rules = [\n{rules}\n]")
        finally:
            sys.setprofile(None)
        assert all("characters" in one.message for one in found)
        return made

    calls(1)  # what is made once and kept: the grammar, the registry of rule types
    small, large = calls(200), calls(2_000)
    assert large < 11 * small


def test_ten_thousand_rules_are_linted() -> None:
    rules = ",\n".join(f'ColumnValues "c{i}" between {i} and {i + 9}' for i in range(10_000))
    (found,) = lint(f"Rules = [\n{rules}\n]")
    assert (found.severity, found.line, found.column) == ("warning", 1, 1)
    assert "AWS Glue takes 65536 at most" in found.message


def test_lint_needs_no_spark(tmp_path: Path) -> None:
    file = tmp_path / "good.dqdl"
    file.write_text('Rules = [ IsUnique "id" ]')
    program = (
        "import sys\n"
        "from gluelocal.cli import app\n"
        f"app(['dq', 'lint', {str(file)!r}], standalone_mode=False)\n"
        "assert 'pyspark' not in sys.modules and 'py4j' not in sys.modules\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (run.returncode, run.stdout) == (0, "1 ruleset: 0 errors, 0 warnings.\n"), run.stderr
