"""What the commands print for known results."""

import io
import json

import pytest
from rich.console import Console

from imdb_etl.ops.crawl import Crawl
from imdb_etl.ops.deploy import Deployment
from imdb_etl.ops.output import JsonOutput, TextOutput
from imdb_etl.ops.run import RunResult
from imdb_etl.ops.status import CrawlerStatus, RunStatus, Status
from imdb_etl.summary import RowCounts, RuleOutcome, RunSummary

SUMMARY = RunSummary(
    job="imdb-etl",
    run_id="jr_1",
    ruleset="movies",
    source="s3://data/raw/imdb_movies/",
    table="movies.imdb_movies",
    mode="merge",
    rows=RowCounts(1000, 749, 251),
    rules=(
        RuleOutcome("RowCount > 0", "Passed", None, {"Dataset.*.RowCount": 1000.0}),
        RuleOutcome(
            'ColumnValues "gross" matches "[0-9,]+"',
            "Failed",
            "Value: 0.831 does not meet the constraint requirement!",
            {"Column.gross.ColumnValues.Compliance": 0.831},
        ),
    ),
    rejects="s3://data/rejected/run_id=jr_1/",
    rule_outcomes="s3://data/rule-outcomes/run_id=jr_1/",
    seconds={"read": 1.5},
)
GOOD = RunResult(
    job="imdb-etl",
    job_run_id="jr_1",
    state="SUCCEEDED",
    error=None,
    ruleset="movies",
    source="s3://data/raw/imdb_movies/",
    seconds=41.2,
    summary=SUMMARY,
    crawls=(Crawl("imdb-etl-source", "SUCCEEDED", None),),
    mails=("AWS Notification Message: Glue job imdb-etl: SUCCEEDED",),
)
BAD = RunResult(
    job="imdb-etl",
    job_run_id="jr_2",
    state="FAILED",
    error="SourceError: s3://data/x.csv: there is no such file",
    ruleset="movies",
    source="s3://data/x.csv",
    seconds=9.0,
    summary=None,
    crawls=(Crawl("imdb-etl-redshift", "FAILED", "password refused"),),
)
STATUS = Status(
    "imdb-etl",
    "CREATE_COMPLETE",
    (CrawlerStatus("imdb-etl-source", "READY", "FAILED", "no access"),),
    (RunStatus("jr_1", "SUCCEEDED", "2026-01-01T00:00:00+00:00", 40, None),),
)


def shown(kind, method, result):
    """(standard output, standard error) of one call."""
    out, err = io.StringIO(), io.StringIO()
    getattr(kind(Console(file=out, width=120), Console(file=err, width=120)), method)(result)
    return out.getvalue(), err.getvalue()


def test_a_good_run_as_text_says_what_became_of_the_rows():
    out, err = shown(TextOutput, "run", GOOD)
    assert err == ""
    for expected in (
        "1,000 read, 749 loaded into movies.imdb_movies, 251 rejected",
        "Ruleset movies: 1 of 2 rules passed",
        'ColumnValues "gross" matches "[0-9,]+"',
        "Compliance 0.831",
        "RowCount 1000",
        "Rejected rows: s3://data/rejected/run_id=jr_1/",
        "Mail: AWS Notification Message: Glue job imdb-etl: SUCCEEDED",
    ):
        assert expected in out


@pytest.mark.parametrize("kind", [TextOutput, JsonOutput])
def test_a_failed_run_says_its_reason_on_standard_error(kind):
    _, err = shown(kind, "run", BAD)
    expected = (
        "imdb-etl: the job run jr_2 failed: SourceError: s3://data/x.csv: there is no such file"
    )
    assert err == expected + "\n"


def test_a_failed_crawl_is_shown_with_a_failed_run():
    out, _ = shown(TextOutput, "run", BAD)
    assert out == "Crawler imdb-etl-redshift: FAILED: password refused\n"


def test_a_good_run_as_json_is_one_object_for_scripts():
    out, err = shown(JsonOutput, "run", GOOD)
    record = json.loads(out)
    assert err == ""
    assert (record["state"], record["job_run_id"], record["error"]) == ("SUCCEEDED", "jr_1", None)
    assert record["rows"] == {"read": 1000, "loaded": 749, "rejected": 251}
    assert [rule["outcome"] for rule in record["rules"]] == ["Passed", "Failed"]
    assert record["rules"][1]["metrics"] == {"Column.gross.ColumnValues.Compliance": 0.831}
    assert record["rejects"] == "s3://data/rejected/run_id=jr_1/"
    assert record["ruleset"] == "movies"
    assert record["seconds"] == 41.2


def test_a_failed_run_as_json_has_no_rows():
    record = json.loads(shown(JsonOutput, "run", BAD)[0])
    assert (record["state"], record["rows"], record["rules"]) == ("FAILED", None, None)
    assert record["error"] == BAD.error
    assert set(record) == set(json.loads(shown(JsonOutput, "run", GOOD)[0]))


def test_an_error_is_one_line_and_in_json_an_object_too():
    assert shown(TextOutput, "error", "no stack") == ("", "imdb-etl: no stack\n")
    out, err = shown(JsonOutput, "error", "no stack")
    assert json.loads(out) == {"state": "NOT_STARTED", "job_run_id": None, "error": "no stack"}
    assert err == "imdb-etl: no stack\n"


def test_a_status_shows_stack_crawlers_and_runs():
    out, _ = shown(TextOutput, "status", STATUS)
    assert "Stack imdb-etl: CREATE_COMPLETE" in out
    assert "Crawler imdb-etl-source: READY, last crawl FAILED: no access" in out
    assert "jr_1" in out
    assert json.loads(shown(JsonOutput, "status", STATUS)[0])["runs"][0]["seconds"] == 40


def test_a_deployment_lists_the_stack_s_outputs():
    result = Deployment("imdb-etl", {"JobName": "imdb-etl"}, ("s3://a/b",), ("01.sql",))
    assert "  JobName: imdb-etl\n" in shown(TextOutput, "deployment", result)[0]
    assert json.loads(shown(JsonOutput, "deployment", result)[0])["sql"] == ["01.sql"]
