"""Every case of fixtures/files/*.yaml: one file a rule type of files, one evaluation a group.

A file is a list of groups. A group has `files` (a path -> its content, or {size: bytes}, and when
it was modified, at `now` without that), `now`, optionally `frame`, the path that the frame is read
from, and cases: rule, outcome, and where it matters reason (a line or a list of lines),
reason_starts and metrics. ROOT stands for the folder that the files are made in.
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from pyspark.sql import DataFrame, SparkSession

from dqdl import EvaluationOptions, evaluate, parse
from dqdl.history import MemoryHistory
from dqdl.results import RuleOutcome
from dqdl.rules import rule_types

FIXTURES = Path(__file__).with_name("fixtures") / "files"
NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
SETTING = "spark.sql.sources.binaryFile.maxLength"

pytestmark = pytest.mark.spark


@cache
def groups(file: str) -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = yaml.safe_load((FIXTURES / file).read_text(encoding="utf-8"))
    return loaded


def all_cases() -> Iterator[Any]:
    for path in sorted(FIXTURES.glob("*.yaml")):
        for number, group in enumerate(groups(path.name)):
            for case in group["cases"]:
                identity = f"{path.stem}-{number}-{case['rule']}"
                yield pytest.param(path.name, number, case, id=identity)


def make(root: Path, name: str, described: dict[str, Any], now: datetime) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if "size" in described:
        with path.open("wb") as file:
            file.truncate(described["size"])
    else:
        path.write_text(described["content"], encoding="utf-8")
    moment = described.get("modified", now).timestamp()
    os.utime(path, (moment, moment))


def outcome(frame: DataFrame, rule: str, now: datetime = NOW) -> RuleOutcome:
    options = EvaluationOptions(now=now, history=MemoryHistory())
    (found,) = evaluate(frame, f"Rules = [ {rule} ]", options).outcomes
    return found


Answers = dict[tuple[str, int], tuple[Path, dict[str, RuleOutcome]]]


@pytest.fixture(scope="module")
def answers() -> Answers:
    return {}


def answer(
    spark: SparkSession, tmp: pytest.TempPathFactory, answers: Answers, file: str, number: int
) -> tuple[Path, dict[str, RuleOutcome]]:
    if (file, number) not in answers:
        group = groups(file)[number]
        root = tmp.mktemp("files")
        for name, described in group["files"].items():
            make(root, name, described, group["now"])
        frame = spark.range(2).toDF("id")
        if "frame" in group:
            frame = spark.read.text(str(root / group["frame"]))
        texts = ",\n".join(case["rule"].replace("ROOT", str(root)) for case in group["cases"])
        options = EvaluationOptions(now=group["now"], history=MemoryHistory())
        found = evaluate(frame, f"Rules = [\n{texts}\n]", options).outcomes
        answers[file, number] = (root, {one.rule: one for one in found})
    return answers[file, number]


@pytest.mark.parametrize(("file", "number", "case"), list(all_cases()))
def test_file_rule_gives_outcome_reason_and_metrics(
    spark: SparkSession,
    tmp_path_factory: pytest.TempPathFactory,
    answers: Answers,
    file: str,
    number: int,
    case: dict[str, Any],
) -> None:
    root, found = answer(spark, tmp_path_factory, answers, file, number)
    (rule,) = parse(f"Rules = [ {case['rule'].replace('ROOT', str(root))} ]").rules
    outcome = found[str(rule)]
    assert (outcome.outcome, outcome.failure_reason) == (
        case["outcome"],
        expected_reason(case, root, outcome.failure_reason),
    )
    if "reason_starts" in case:
        start = case["reason_starts"].replace("ROOT", str(root))
        assert str(outcome.failure_reason).startswith(start)
    if "metrics" in case:
        metrics = {key.replace("Dataset.*.", ""): v for key, v in outcome.evaluated_metrics.items()}
        assert metrics == pytest.approx(case["metrics"], abs=1e-12)


def expected_reason(case: dict[str, Any], root: Path, found: str | None) -> str | None:
    if "reason" in case:
        lines = case["reason"] if isinstance(case["reason"], list) else [case["reason"]]
        return "\n".join(lines).replace("ROOT", str(root))
    return None if case["outcome"] == "Passed" else found


def test_every_file_rule_type_has_a_fixture_file() -> None:
    types = {t.plan.__module__.rsplit(".", 1)[-1] for t in rule_types().values() if t.plan}
    assert {path.stem for path in FIXTURES.glob("*.yaml")} == {
        name for name in types if name.startswith("file_")
    }


def test_outcomes_of_file_rules_are_a_frame(spark: SparkSession, tmp_path: Path) -> None:
    make(tmp_path, "a", {"content": "x"}, NOW)
    rules = f"""Rules = [
        FileSize "{tmp_path}" > 1 B,
        FileSize "{tmp_path}" > 1 B with failFast = "true",
        FileFreshness "{tmp_path}" > "2020-01-01",
        FileUniqueness "{tmp_path}" = 1,
        FileMatch "{tmp_path}" "{tmp_path}"
    ]"""
    rows = evaluate(spark.range(1), rules).rule_outcomes_frame().collect()
    assert [row["Outcome"] for row in rows] == ["Failed", "Failed", *["Passed"] * 3]
    assert all(row["EvaluatedMetrics"]["Dataset.*.FileCount"] == 1.0 for row in rows)


def test_rows_skip_file_rules(spark: SparkSession, tmp_path: Path) -> None:
    make(tmp_path, "a", {"content": "x"}, NOW)
    rules = f'Rules = [ FileSize "{tmp_path}" > 5 B, FileUniqueness "{tmp_path}" = 1 ]'
    rows = evaluate(spark.range(2), rules).row_outcomes_frame().collect()
    assert [len(row["DataQualityRulesSkip"]) for row in rows] == [2, 2]
    assert {row["DataQualityEvaluationResult"] for row in rows} == {"Passed"}


def test_one_path_is_listed_once_and_read_once(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dqdl import checksums, hadoopfiles

    make(tmp_path, "a", {"content": "one"}, NOW)
    make(tmp_path, "b", {"content": "two"}, NOW)
    listed, read = [], []
    under, computed = hadoopfiles.under, checksums.computed
    monkeypatch.setattr(hadoopfiles, "under", lambda s, p: listed.append(p) or under(s, p))
    monkeypatch.setattr(
        checksums,
        "computed",
        lambda s, files, a: read.append([f.name for f in files]) or computed(s, files, a),
    )
    rules = f"""Rules = [
        FileSize "{tmp_path}" > 1 B,
        FileFreshness "{tmp_path}" > "2020-01-01" with recentFiles = 1,
        FileUniqueness "{tmp_path}" = 1,
        FileMatch "{tmp_path}" not in ["00"] with recentFiles = 1
    ]"""
    found = evaluate(spark.range(1), rules, EvaluationOptions(history=MemoryHistory()))
    assert [one.outcome for one in found.outcomes] == ["Passed"] * 4
    assert listed == [str(tmp_path)]
    assert read == [["a", "b"], []]


def test_a_new_evaluation_lists_again(spark: SparkSession, tmp_path: Path) -> None:
    frame = spark.range(1)
    make(tmp_path, "a", {"content": "one"}, NOW)
    rule = f'FileSize "{tmp_path}" > 1 B'
    assert outcome(frame, rule).evaluated_metrics["Dataset.*.FileCount"] == 1
    make(tmp_path, "b", {"content": "two"}, NOW)
    assert outcome(frame, rule).evaluated_metrics["Dataset.*.FileCount"] == 2


def test_a_file_uri_and_odd_names_are_read(spark: SparkSession, tmp_path: Path) -> None:
    for name in ("a [1] {x}?*.csv", "é%20 b.csv", "deep/x=1/q#.csv", "back\\slash"):
        make(tmp_path, name, {"content": "hello\n"}, NOW)
    found = outcome(spark.range(1), f'FileUniqueness "file:{tmp_path}" = 0')
    assert (found.outcome, found.evaluated_metrics["Dataset.*.FileCount"]) == ("Passed", 4)


def test_a_cached_frame_still_tells_its_files(spark: SparkSession, tmp_path: Path) -> None:
    make(tmp_path, "a b[1].txt", {"content": "hello\n"}, NOW)
    frame = spark.read.text(str(tmp_path).replace("[", "\\[")).cache()
    try:
        found = outcome(frame, "FileSize = 6 B")
    finally:
        frame.unpersist()
    assert (found.outcome, found.failure_reason) == ("Passed", None)


def test_a_file_that_is_gone_fails_the_rule(spark: SparkSession, tmp_path: Path) -> None:
    make(tmp_path, "in/a.txt", {"content": "hello\n"}, NOW)
    make(tmp_path, "in/b.txt", {"content": "hello\n"}, NOW)
    frame = spark.read.text(str(tmp_path / "in"))
    (tmp_path / "in" / "a.txt").unlink()
    found = evaluate(frame, 'Rules = [ FileSize < 1 KB, ColumnExists "value" ]').outcomes
    reason = f"The data frame was read from file:{tmp_path}/in/a.txt, which is no longer there"
    assert [(one.outcome, one.failure_reason) for one in found] == [
        ("Failed", reason),
        ("Passed", None),
    ]


def test_a_file_too_big_for_a_checksum_fails_the_rule(spark: SparkSession, tmp_path: Path) -> None:
    make(tmp_path, "big/a", {"size": 3 << 30}, NOW)
    make(tmp_path, "big/b", {"size": 5}, NOW)
    frame = spark.range(1)
    found = outcome(frame, f'FileMatch "{tmp_path}/big" in ["00"]')
    assert found.failure_reason == (
        f"file:{tmp_path}/big/a has 3221225472 bytes; a checksum can be computed of a file with at "
        f"most 2147483647 ({SETTING})"
    )
    # Of files that no other has the size of, nothing has to be read.
    assert outcome(frame, f'FileUniqueness "{tmp_path}/big" = 1').outcome == "Passed"
    assert outcome(frame, f'FileSize "{tmp_path}/big/a" = 3 GB').outcome == "Passed"


def test_files_that_the_filters_leave_out_are_not_read(spark: SparkSession, tmp_path: Path) -> None:
    make(tmp_path, "a.csv", {"content": "hello\n"}, NOW)
    make(tmp_path, "a.big", {"content": "x" * 100}, NOW - timedelta(days=1))
    before = spark.conf.get(SETTING)
    spark.conf.set(SETTING, "50")  # Spark would refuse to read the other one
    try:
        rule = f'FileMatch "{tmp_path}" in ["b1946ac92492d2347c6235b4d2611184"]'
        found = outcome(
            spark.range(1), rule + r' with hashAlgorithm = "MD5" with uriRegex = "\.csv$"'
        )
    finally:
        spark.conf.set(SETTING, str(before))
    assert (found.outcome, found.failure_reason) == ("Passed", None)


def test_only_the_newest_file_is_read(spark: SparkSession, tmp_path: Path) -> None:
    make(tmp_path, "new.csv", {"content": "hello\n"}, NOW)
    make(tmp_path, "old.csv", {"content": "olden\n"}, NOW - timedelta(days=1))
    rule = f'FileMatch "{tmp_path}" in ["b1946ac92492d2347c6235b4d2611184"]'
    found = outcome(spark.range(1), rule + ' with hashAlgorithm = "MD5" with recentFiles = 1')
    assert (found.outcome, found.evaluated_metrics) == ("Passed", {"Dataset.*.FileCount": 1.0})


def test_a_folder_without_access_fails_the_rule(spark: SparkSession, tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may read every folder")
    (tmp_path / "shut").mkdir(mode=0o000)
    found = outcome(spark.range(1), f'FileSize "{tmp_path}/shut" > 1 B')
    assert found.outcome == "Failed"
    assert str(found.failure_reason).startswith(f'Cannot list the files of "{tmp_path}/shut": ')


def test_an_unknown_file_system_fails_the_rule(spark: SparkSession) -> None:
    found = outcome(spark.range(1), 'FileSize "nosuch://bucket/folder/" > 1 B')
    assert found.outcome == "Failed"
    assert 'No FileSystem for scheme "nosuch"' in str(found.failure_reason)


def test_uniqueness_of_files_is_compared_with_its_history(
    spark: SparkSession, tmp_path: Path
) -> None:
    make(tmp_path, "a", {"content": "one"}, NOW)
    history = MemoryHistory()
    rule = f'Rules = [ FileUniqueness "{tmp_path}" >= last() ]'
    evaluate(spark.range(1), rule, EvaluationOptions(history=history))
    make(tmp_path, "b", {"content": "one"}, NOW)
    (found,) = evaluate(spark.range(1), rule, EvaluationOptions(history=history)).outcomes
    assert found.evaluated_rule == f'FileUniqueness "{tmp_path}" >= 1.0'
    assert found.failure_reason == "Value: 0.0 does not meet the constraint requirement!"
