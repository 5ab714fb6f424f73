"""The whole chain on the sample: what is in Redshift, in S3, on the bus and in the mailbox."""

import csv
import re
import threading
import time
from decimal import Decimal
from pathlib import Path

import psutil
import pytest

from gluelocal import lifecycle
from imdb_etl.names import OUTCOME_COLUMNS

pytestmark = [pytest.mark.slow]

SHAWSHANK = (
    "The Shawshank Redemption", 1994, "A", 142, "Drama", Decimal("9.3"), 80, "Frank Darabont",
    "Tim Robbins", "Morgan Freeman", "Bob Gunton", "William Sadler", 2343110, 28341469,
)  # fmt: skip


def test_the_run_succeeded_and_says_what_became_of_every_row(first_run):
    assert first_run.code == 0, first_run.errors
    assert first_run.result["state"] == "SUCCEEDED"
    assert first_run.result["rows"] == {"read": 1000, "loaded": 749, "rejected": 251}


def test_seven_of_ten_rules_passed(first_run):
    outcomes = {rule["rule"]: rule["outcome"] for rule in first_run.result["rules"]}
    failed = {rule for rule, outcome in outcomes.items() if outcome == "Failed"}
    assert len(outcomes) == 10
    assert failed == {
        'ColumnValues "released_year" matches "(19|20)[0-9]{2}"',
        'IsComplete "meta_score"',
        'ColumnValues "gross" matches "[0-9,]+"',
    }


def test_the_rows_in_redshift_are_typed_and_exact(first_run, deployment):
    assert first_run.code == 0
    assert deployment.count() == 749
    rows = deployment.query(
        "select * from movies.imdb_movies where series_title = 'The Shawshank Redemption'"
    )
    assert rows == [SHAWSHANK]
    # 9 in the file is 9.0 here, and votes and dollars are whole numbers.
    rows = deployment.query(
        "select imdb_rating, no_of_votes, gross from movies.imdb_movies "
        "where series_title = 'The Dark Knight'"
    )
    assert rows == [(Decimal("9.0"), 2303232, 534858444)]
    totals = deployment.query(
        "select sum(imdb_rating), min(released_year), count(certificate) from movies.imdb_movies"
    )
    assert totals == [expected_totals()]


def is_valid(row):
    """The default ruleset's row rules that the sample breaks, by the standard library."""
    return bool(
        re.fullmatch("(19|20)[0-9]{2}", row["Released_Year"])
        and row["Meta_score"]
        and re.fullmatch("[0-9,]+", row["Gross"])
    )


def is_top_rated(row):
    return Decimal("8.5") < Decimal(row["IMDB_Rating"]) < Decimal("10.3")


def sample_rows(test):
    with Path("data/imdb_top_1000.csv").open(newline="") as file:
        return [row for row in csv.DictReader(file) if test(row)]


def expected_totals():
    """From the file itself: sum of ratings, first year, certificates."""
    valid = sample_rows(is_valid)
    assert len(valid) == 749
    return (
        sum(Decimal(row["IMDB_Rating"]) for row in valid),
        min(int(row["Released_Year"]) for row in valid),
        sum(bool(row["Certificate"]) for row in valid),
    )


def test_every_valid_film_is_there_once_also_two_of_one_title(first_run, deployment):
    assert first_run.code == 0
    loaded = deployment.query("select series_title, released_year from movies.imdb_movies")
    expected = [(row["Series_Title"], int(row["Released_Year"])) for row in sample_rows(is_valid)]
    assert sorted(loaded) == sorted(expected)


def test_the_rejects_are_in_s3_with_their_outcomes_and_reasons(first_run, deployment):
    rejects = deployment.json_lines(first_run.result["rejects"])
    assert len(rejects) == 251
    for reject in rejects:
        assert set(OUTCOME_COLUMNS) <= set(reject)
        assert reject["DataQualityEvaluationResult"] == "Failed"
        assert reject["DataQualityRulesFail"]
        assert reject["reject_reasons"]
    failing = [rule for reject in rejects for rule in reject["DataQualityRulesFail"]]
    assert failing.count('ColumnValues "released_year" matches "(19|20)[0-9]{2}"') == 1
    assert failing.count('IsComplete "meta_score"') == 157
    assert failing.count('ColumnValues "gross" matches "[0-9,]+"') == 169


def test_the_rule_outcomes_stand_beside_them(first_run, deployment):
    bucket = first_run.result["rejects"].removeprefix("s3://").split("/")[0]
    folder = f"s3://{bucket}/rule-outcomes/run_id={first_run.result['job_run_id']}/"
    outcomes = {line["Rule"]: line["Outcome"] for line in deployment.json_lines(folder)}
    assert len(outcomes) == 10
    assert sorted(outcomes.values()) == ["Failed"] * 3 + ["Passed"] * 7


def test_the_crawlers_wrote_the_catalog_from_what_is_there(first_run, deployment):
    assert first_run.code == 0
    tables = deployment.client("glue").get_tables(DatabaseName=deployment.outputs["GlueDatabase"])
    by_name = {table["Name"]: table for table in tables["TableList"]}
    source = by_name["imdb_movies"]
    kinds = {c["Name"]: c["Type"] for c in source["StorageDescriptor"]["Columns"]}
    assert len(kinds) == 14
    assert kinds["imdb_rating"] == "double"
    assert kinds["meta_score"] == "bigint"
    assert kinds["released_year"] == "string"
    assert source["Parameters"]["skip.header.line.count"] == "1"
    target = by_name["dev_movies_imdb_movies"]
    kinds = {c["Name"]: c["Type"] for c in target["StorageDescriptor"]["Columns"]}
    assert kinds["imdb_rating"] == "decimal(3,1)"
    assert kinds["no_of_votes"] == "bigint"
    assert target["Parameters"]["classification"] == "redshift"


def test_the_event_and_the_mails_tell_of_the_run(first_run, deployment, state_changes):
    run_id = first_run.result["job_run_id"]
    detail = state_changes(run_id)["detail"]
    assert (detail["state"], detail["severity"]) == ("SUCCEEDED", "INFO")
    mails = deployment.mails_of(run_id, 2)
    state = next(mail for mail in mails if "SUCCEEDED" in mail.body)
    assert detail["jobName"] in state.body
    rows = next(mail for mail in mails if "749" in mail.body)
    assert "251" in rows.body
    assert all("<" not in mail.body.split("\n--\n")[0] for mail in mails)


def test_a_second_run_leaves_the_same_rows_and_every_listener_is_on_loopback(first_run, deployment):
    assert first_run.code == 0
    pid = lifecycle.running_pid(deployment.account.state)
    addresses, done = set(), threading.Event()

    def watch():
        while not done.is_set():
            addresses.update(listeners(pid))
            time.sleep(0.2)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        second = deployment.run()
    finally:
        done.set()
        watcher.join()
    assert second.code == 0, second.errors
    assert deployment.count() == 749
    # The driver's own ports are among them: more than endpoint, Redshift and mail.
    assert len(addresses) > 3
    assert {ip for ip, _ in addresses} <= {"127.0.0.1", "::ffff:127.0.0.1", "::1"}


def listeners(pid):
    found = set()
    for process in [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]:
        try:
            connections = process.net_connections("inet")
        except psutil.Error:
            continue
        found |= {
            (one.laddr.ip, one.laddr.port)
            for one in connections
            if one.status == psutil.CONN_LISTEN
        }
    return found


def test_another_ruleset_gives_its_own_answer(first_run, deployment):
    assert first_run.code == 0
    ended = deployment.run("--ruleset", "top_rated")
    assert ended.code == 0, ended.errors
    assert ended.result["rows"] == {"read": 1000, "loaded": 33, "rejected": 967}
    # The merge adds the films that only this ruleset lets through, and doubles none.
    assert deployment.count() == len(sample_rows(lambda row: is_valid(row) or is_top_rated(row)))
