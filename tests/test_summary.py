"""The run's record, and the event made of it."""

import json

import boto3
import pytest
from botocore.stub import Stubber

from imdb_etl.errors import ConfigError, NotificationError
from imdb_etl.events import detail, put_summary
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
        RuleOutcome('IsComplete "x"', "Failed", "Value: 0.8 does not meet", {"Column.x.C": 0.8}),
    ),
    rejects="s3://data/rejected/run_id=jr_1/",
    rule_outcomes="s3://data/rule-outcomes/run_id=jr_1/",
    seconds={"read": 1.5},
)


def test_a_summary_survives_its_json():
    assert RunSummary.from_json(SUMMARY.to_json()) == SUMMARY


def test_another_json_is_refused():
    with pytest.raises(ConfigError, match="job: missing"):
        RunSummary.from_json('{"run_id": "jr_1"}')


def test_the_score_is_the_share_of_passed_rules():
    assert (SUMMARY.rules_passed, SUMMARY.score) == (1, 0.5)


def test_the_event_has_plain_values_for_an_input_transformer():
    told = detail(SUMMARY)
    assert (told["rowsRead"], told["rowsLoaded"], told["rowsRejected"]) == (1000, 749, 251)
    assert told["failedRules"] == 'IsComplete "x"'
    assert all(isinstance(value, (str, int, float)) for value in told.values())


@pytest.fixture
def events():
    client = boto3.client(
        "events", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    with Stubber(client) as stubber:
        yield client, stubber


def test_the_event_is_put_with_its_source_and_type(events):
    client, stubber = events
    entry = {
        "Source": "imdb-etl",
        "DetailType": "IMDb ETL Run Summary",
        "Detail": json.dumps(detail(SUMMARY)),
    }
    answer = {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]}
    stubber.add_response("put_events", answer, {"Entries": [entry]})
    put_summary(client, SUMMARY)
    stubber.assert_no_pending_responses()


def test_an_event_that_is_not_accepted_is_an_error(events):
    client, stubber = events
    refusal = {"ErrorCode": "InternalFailure", "ErrorMessage": "try later"}
    stubber.add_response("put_events", {"FailedEntryCount": 1, "Entries": [refusal]})
    with pytest.raises(NotificationError, match=r"rows are loaded, .* InternalFailure: try later"):
        put_summary(client, SUMMARY)
