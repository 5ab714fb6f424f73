"""`gluelocal dq check`: outcomes, rows, results on disk, exit codes."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from gluelocal.pytest_plugin import LocalAccount

SAMPLE = Path(__file__).parents[3] / "data" / "imdb_top_1000.csv"
RULESETS = Path(__file__).parents[3] / "conf" / "rulesets"

pytestmark = [pytest.mark.spark, pytest.mark.usefixtures("spark")]


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """Four rows; the second has no name, the third no age, and a quote and a line's blanks."""
    file = tmp_path / "people.csv"
    file.write_text('name,age\nann,30\n,40\n" bob ""x"" ",\neve,50\n')
    return file


def ruleset(folder: Path, *rules: str) -> Path:
    file = folder / "rules.dqdl"
    file.write_text(f"Rules = [ {', '.join(rules)} ]")
    return file


def test_the_sample_is_judged_as_the_evaluation_judges_it(dq: Any) -> None:
    answer = dq("check", SAMPLE, RULESETS / "movies.dqdl", "--output", "json", "--empty-strings")
    assert answer.exit_code == 1
    found = json.loads(answer.stdout)
    assert found["rows"] == {"total": 1000, "passed": 749, "failed": 251}
    assert found["passed"] is False
    outcomes = {rule["rule"]: rule for rule in found["rules"]}
    assert len(outcomes) == 10
    meta_score = outcomes['IsComplete "meta_score"']
    assert meta_score["outcome"] == "Failed"
    assert meta_score["reason"] == "Value: 0.843 does not meet the constraint requirement!"
    assert meta_score["metrics"] == {"Column.meta_score.Completeness": 0.843}
    assert meta_score["rows"] == {"passed": 843, "failed": 157, "skipped": 0}
    assert [row["Meta_score"] for row in meta_score["failing"]] == [None] * 3
    assert outcomes["RowCount > 0"]["rows"] == {"passed": 0, "failed": 0, "skipped": 1000}
    assert outcomes["RowCount > 0"]["failing"] == []


def test_all_passed_is_exit_code_0_and_a_table(dq: Any, people: Path) -> None:
    answer = dq("check", people, ruleset(people.parent, "RowCount = 4", 'ColumnExists "age"'))
    assert answer.exit_code == 0
    assert "2 rules: 2 passed, 0 failed. 4 rows: 4 passed, 0 failed." in answer.stdout
    assert "Dataset.*.RowCount = 4" in answer.stdout


def test_failing_rows_begin_with_the_columns_that_the_rule_names(dq: Any, people: Path) -> None:
    rules = ruleset(people.parent, 'IsComplete "age"', 'ColumnValues "name" in ["ann"]')
    answer = dq("check", people, rules, "--show", "1")
    assert answer.exit_code == 1
    assert 'IsComplete "age": 1 of 1 failing rows\n  age=null name=" bob \\"x\\" "' in answer.stdout
    assert 'ColumnValues "name" in ["ann"]: 1 of 3 failing rows\n  name=null' in answer.stdout


def test_no_rows_are_shown_when_none_are_wanted(dq: Any, people: Path) -> None:
    answer = dq("check", people, ruleset(people.parent, 'IsComplete "age"'), "--show", "0")
    assert "failing rows" not in answer.stdout


def test_a_rule_on_an_unknown_column_fails_and_spoils_no_other(dq: Any, people: Path) -> None:
    rules = ruleset(people.parent, 'IsComplete "nowhere"', "RowCount = 4")
    answer = dq("check", people, rules, "--output", "json")
    assert answer.exit_code == 1
    first, second = json.loads(answer.stdout)["rules"]
    assert first["reason"] == "Input data does not include column nowhere!"
    assert second["outcome"] == "Passed"


def test_rejected_and_valid_rows_are_disjoint_and_complete(dq: Any, people: Path) -> None:
    rules = ruleset(people.parent, 'IsComplete "age"', 'IsComplete "name"')
    bad, good = people.parent / "out" / "bad.json", people.parent / "out" / "good.csv"
    answer = dq("check", people, rules, "--rejected", bad, "--valid", good)
    assert answer.exit_code == 1
    rejected = [json.loads(line) for line in bad.read_text().splitlines()]
    assert [(row["name"], row["age"]) for row in rejected] == [(None, 40), (' bob "x" ', None)]
    assert rejected[0]["DataQualityRulesFail"] == ['IsComplete "name"']
    assert rejected[0]["DataQualityEvaluationResult"] == "Failed"
    with good.open(newline="") as file:
        assert list(csv.reader(file)) == [["name", "age"], ["ann", "30"], ["eve", "50"]]
    assert sorted(path.name for path in bad.parent.iterdir()) == ["bad.json", "good.csv"]


def test_a_name_without_an_ending_is_a_folder_of_parquet(
    spark: SparkSession, dq: Any, people: Path
) -> None:
    rules = ruleset(people.parent, 'IsComplete "age"')
    place = people.parent / "bad"
    assert dq("check", people, rules, "--rejected", place).exit_code == 1
    (row,) = spark.read.parquet(str(place)).collect()
    assert row["DataQualityRulesFail"] == ['IsComplete "age"']


def test_an_old_result_gives_way_when_asked_and_only_to_a_whole_new_one(
    dq: Any, people: Path
) -> None:
    rules = ruleset(people.parent, "RowCount = 4")
    place = people.parent / "good.jsonl"
    place.write_text("old")
    assert dq("check", people, rules, "--valid", place, "--overwrite").exit_code == 0
    assert len(place.read_text().splitlines()) == 4
    deep = people.parent / "deep.json"
    deep.write_text('{"a": [1]}')
    flat = people.parent / "flat.csv"
    flat.write_text("old")
    assert dq("check", deep, rules, "--valid", flat, "--overwrite").exit_code == 2
    assert flat.read_text() == "old"
    assert not list(people.parent.glob(".*"))


@pytest.mark.parametrize("name", ["people.jsonl", "people.json", "people.parquet", "people.orc"])
def test_every_format_is_told_by_its_name(
    spark: SparkSession, dq: Any, tmp_path: Path, name: str
) -> None:
    file = tmp_path / name
    if name == "people.jsonl":
        file.write_text('{"age": 1}\n{"age": null}\n')
    elif name == "people.json":
        file.write_text('[{"age": 1},\n {"age": null}]')
    else:
        frame = spark.createDataFrame([(1,), (None,)], "age int")
        frame.write.format(file.suffix[1:]).save(str(file))
    rules = ruleset(tmp_path, 'Completeness "age" = 0.5', "RowCount = 2")
    assert dq("check", file, rules).exit_code == 0


def test_csv_may_have_no_header_another_separator_and_line_breaks(dq: Any, tmp_path: Path) -> None:
    file = tmp_path / "odd.txt"
    file.write_text('1;"two\nlines"\n2;x\n')
    rules = ruleset(tmp_path, "RowCount = 2", 'ColumnValues "_c1" = "x" where "_c0 = 2"')
    options = ["--format", "csv", "--no-header", "--separator", ";", "--multiline"]
    answer = dq("check", file, rules, *options)
    assert (answer.exit_code, answer.stderr) == (0, "")


@pytest.mark.parametrize(
    "name", ["odd [1].csv", "a{b}.csv", "what?.csv", "st*r.csv", "a b%20c.csv"]
)
def test_a_path_is_no_pattern(dq: Any, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("a\n1\n")
    assert dq("check", tmp_path / name, ruleset(tmp_path, "RowCount = 1")).exit_code == 0


def test_a_further_dataset_has_its_alias(dq: Any, people: Path) -> None:
    known = people.parent / "known.json"
    known.write_text('{"name": "ann"}\n{"name": "eve"}\n')
    rules = ruleset(people.parent, 'ReferentialIntegrity "name" "known.name" = 0.5')
    answer = dq("check", people, rules, "--source", f"known={known}")
    assert answer.exit_code == 0, answer.stdout


def test_history_is_kept_by_context_and_read_the_next_time(dq: Any, people: Path) -> None:
    rules = ruleset(people.parent, "RowCount >= last()", "RowCount > 3")
    words = ["check", people, rules, "--history", people.parent / "history", "--output", "json"]
    assert dq(*words, "--context", "nightly").exit_code == 0
    people.write_text("name,age\nann,30\n")
    found = json.loads(dq(*words, "--context", "nightly").stdout)
    assert found["rules"][0]["evaluated_rule"] == "RowCount >= 4.0"
    assert [rule["outcome"] for rule in found["rules"]] == ["Failed", "Failed"]
    other = json.loads(dq(*words, "--context", "other").stdout)
    assert [rule["outcome"] for rule in other["rules"]] == ["Passed", "Failed"]


def test_a_ruleset_may_come_from_standard_input(dq: Any, people: Path) -> None:
    answer = dq("check", people, "-", stdin=b"Rules = [ RowCount = 4 ]")
    assert answer.exit_code == 0


def test_numbers_that_json_has_not_are_strings(dq: Any, tmp_path: Path) -> None:
    file = tmp_path / "numbers.csv"
    file.write_text("x\n1.5\nNaN\n")
    answer = dq("check", file, ruleset(tmp_path, 'Mean "x" > 0'), "--output", "json")
    assert json.loads(answer.stdout)["rules"][0]["metrics"] == {"Column.x.Mean": "nan"}


@pytest.mark.slow
def test_a_process_of_its_own_keeps_the_outputs_apart_and_spark_quiet(people: Path) -> None:
    rules = ruleset(people.parent, 'IsComplete "age"')
    command = [sys.executable, "-m", "gluelocal.cli", "dq", "check", str(people), str(rules)]
    run = subprocess.run([*command, "--output", "json"], capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (1, "")
    assert json.loads(run.stdout)["rows"] == {"total": 4, "passed": 3, "failed": 1}
    rules.write_text("Rules = [ IsComplete ]")
    run = subprocess.run(command, capture_output=True, text=True)
    assert (run.returncode, run.stdout) == (2, "")
    assert "rules.dqdl:1:11: error:" in run.stderr


@pytest.mark.slow
def test_s3_is_that_of_the_running_account(people: Path, local_account: LocalAccount) -> None:
    s3 = local_account.client("s3")
    s3.create_bucket(Bucket="checked")
    s3.upload_file(str(people), "checked", "in/people.csv")
    rules = ruleset(people.parent, 'IsComplete "age"')
    words = ["s3://checked/in/", str(rules), "--format", "csv", "--rejected", "s3://checked/bad"]
    command = [sys.executable, "-m", "gluelocal.cli", "dq", "check", *words]
    environment = {**os.environ, **local_account.environment}
    run = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert (run.returncode, run.stderr) == (1, "")
    listed = s3.list_objects_v2(Bucket="checked")["Contents"]
    folders = {entry["Key"].rpartition("/")[0] for entry in listed if entry["Size"]}
    assert folders == {"in", "bad"}
    again = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert again.returncode == 2
    assert "s3://checked/bad is there already" in again.stderr
