"""Rulesets: read, registered, and refused in one line."""

import boto3
import pytest
from botocore.stub import Stubber

from imdb_etl import quality
from imdb_etl.errors import RulesetError
from imdb_etl.locations import S3Location
from imdb_etl.summary import RuleOutcome

TEXT = "Rules = [ RowCount > 0 ]"


@pytest.fixture
def glue():
    client = boto3.client(
        "glue", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    with Stubber(client) as stubber:
        yield client, stubber
        stubber.assert_no_pending_responses()


def test_a_new_ruleset_is_created_under_its_name(glue):
    client, stubber = glue
    stubber.add_response(
        "create_data_quality_ruleset",
        {"Name": "imdb-etl-movies"},
        {"Name": "imdb-etl-movies", "Ruleset": TEXT},
    )
    quality.register_ruleset(client, "movies", TEXT)


def test_a_known_ruleset_is_updated(glue):
    client, stubber = glue
    stubber.add_client_error("create_data_quality_ruleset", "AlreadyExistsException")
    stubber.add_response(
        "update_data_quality_ruleset",
        {"Name": "imdb-etl-movies"},
        {"Name": "imdb-etl-movies", "Ruleset": TEXT},
    )
    quality.register_ruleset(client, "movies", TEXT)


@pytest.mark.parametrize("known", [False, True])
def test_a_syntax_error_is_told_with_the_service_s_own_words(glue, known):
    client, stubber = glue
    operation = "create_data_quality_ruleset"
    if known:
        stubber.add_client_error(operation, "AlreadyExistsException")
        operation = "update_data_quality_ruleset"
    stubber.add_client_error(operation, "InvalidInputException", "line 3, column 5: no rule Foo")
    with pytest.raises(RulesetError, match="ruleset movies: line 3, column 5: no rule Foo"):
        quality.register_ruleset(client, "movies", TEXT)


def test_a_ruleset_is_read_without_byte_order_mark_and_carriage_returns(aws):
    s3 = aws("s3")
    s3.create_bucket(Bucket="ruleset-tests")
    s3.put_object(Bucket="ruleset-tests", Key="rulesets/x.dqdl", Body=b"\xef\xbb\xbfRules = [\r\n]")
    location = S3Location("ruleset-tests", "rulesets/x.dqdl")
    assert quality.read_ruleset(s3, location) == "Rules = [\n]"
    with pytest.raises(RulesetError, match="there is no ruleset s3://ruleset-tests/rulesets/y"):
        quality.read_ruleset(s3, S3Location("ruleset-tests", "rulesets/y.dqdl"))


def test_a_rule_that_could_not_see_its_column_stops_the_run():
    failed = RuleOutcome('IsComplete "x"', "Failed", "Value: 0.5 does not meet ...", {})
    blind = RuleOutcome('IsComplete "y"', "Failed", "Input data does not include column y!", {})
    quality.require_evaluated("movies", (failed,))
    with pytest.raises(RulesetError, match='IsComplete "y": Input data does not include column y'):
        quality.require_evaluated("movies", (failed, blind))
