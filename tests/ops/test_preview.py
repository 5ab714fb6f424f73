"""`imdb-etl deploy --dry-run`: the change set, which changes nothing, and the costs."""

import io
import json
from dataclasses import replace

import boto3
import pytest
from botocore.stub import Stubber
from rich.console import Console
from typer.testing import CliRunner

from imdb_etl.errors import ConfigError
from imdb_etl.ops import change_set, costs
from imdb_etl.ops.change_set import Change
from imdb_etl.ops.cli import app
from imdb_etl.ops.costs import CostLine, Costs
from imdb_etl.ops.preview import Preview
from imdb_etl.ops.preview_output import preview_lines
from imdb_etl.ops.progress import Progress
from imdb_etl.ops.stack import StackError, deploy_stack, describe

TEMPLATE = """
Parameters:
  Name: {Type: String}
Resources:
  Shelf:
    Type: AWS::Glue::Database
    Properties:
      CatalogId: !Ref AWS::AccountId
      DatabaseInput: {Name: shelf, Description: !Ref Name}
"""


@pytest.fixture
def progress():
    return Progress(Console(file=io.StringIO()))


@pytest.fixture
def template(tmp_path):
    file = tmp_path / "template.yaml"
    file.write_text(TEMPLATE)
    return file


@pytest.fixture
def cloudformation():
    client = boto3.client(
        "cloudformation", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    with Stubber(client) as stubber:
        yield client, stubber
        stubber.assert_no_pending_responses()


def test_a_new_stack_is_shown_and_not_made(aws, template, progress):
    client = aws("cloudformation")
    found = change_set.changes(client, "shelves", template, {"Name": "one"}, progress)
    assert found == (Change("Add", "Shelf", "AWS::Glue::Database", ""),)
    assert describe(client, "shelves") is None
    assert "shelf" not in [d["Name"] for d in aws("glue").get_databases()["DatabaseList"]]


def test_a_stack_that_is_there_stays_as_it_is(aws, template, progress):
    client = aws("cloudformation")
    deploy_stack(client, "kept-shelves", template, {"Name": "one"}, progress)
    before = describe(client, "kept-shelves")
    assert change_set.changes(client, "kept-shelves", template, {"Name": "one"}, progress) == ()
    (change,) = change_set.changes(client, "kept-shelves", template, {"Name": "two"}, progress)
    assert (change.action, change.logical_id) == ("Modify", "Shelf")
    after = describe(client, "kept-shelves")
    assert (after["StackId"], after["Parameters"]) == (before["StackId"], before["Parameters"])
    assert not client.list_change_sets(StackName="kept-shelves")["Summaries"]


def test_a_refused_change_set_is_told_and_cleaned_away(cloudformation, template, progress):
    client, stubber = cloudformation
    stack = {"StackName": "s", "StackId": "arn:s", "StackStatus": "REVIEW_IN_PROGRESS"}
    stack["CreationTime"] = "2026-01-01T00:00:00Z"
    stubber.add_client_error("describe_stacks", service_message="Stack with id s does not exist")
    stubber.add_response("create_change_set", {"Id": "arn:c", "StackId": "arn:s"})
    refused = {"Status": "FAILED", "StatusReason": "A needs VpcId"}
    stubber.add_response("describe_change_set", refused, {"ChangeSetName": "arn:c"})
    stubber.add_response("delete_change_set", {}, {"ChangeSetName": "arn:c"})
    stubber.add_response("describe_stacks", {"Stacks": [stack]}, {"StackName": "s"})
    stubber.add_response("delete_stack", {}, {"StackName": "arn:s"})
    with pytest.raises(StackError, match="ended as FAILED: A needs VpcId"):
        change_set.changes(client, "s", template, {"Name": "x"}, progress)


def test_a_stack_that_somebody_made_meanwhile_is_not_deleted(cloudformation, template, progress):
    client, stubber = cloudformation
    stack = {"StackName": "s", "StackId": "arn:s", "StackStatus": "CREATE_IN_PROGRESS"}
    stack["CreationTime"] = "2026-01-01T00:00:00Z"
    stubber.add_client_error("describe_stacks", service_message="Stack with id s does not exist")
    stubber.add_response("create_change_set", {"Id": "arn:c", "StackId": "arn:s"})
    none = {"Status": "FAILED", "StatusReason": "The submitted information didn't contain changes."}
    stubber.add_response("describe_change_set", none)
    stubber.add_response("delete_change_set", {})
    stubber.add_response("describe_stacks", {"Stacks": [stack]})
    assert change_set.changes(client, "s", template, {"Name": "x"}, progress) == ()


@pytest.fixture
def nowhere(monkeypatch, aws_settings, project):
    """A machine without credentials; its command, on AWS's settings."""
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setattr("imdb_etl.ops.settings.Project.settings", lambda *_: aws_settings)
    monkeypatch.setattr("imdb_etl.ops.command.process_environment", dict)
    monkeypatch.chdir(project.root)
    return lambda *words: CliRunner().invoke(app, ["deploy", "--dry-run", *words])


def test_without_credentials_the_costs_are_shown_and_the_rest_is_named(nowhere):
    answer = nowhere("--env", "aws")
    assert answer.exit_code == 1
    assert answer.stdout.startswith("About $23.05 a month while nothing runs:\n")
    assert "you deploy to eu-west-1, where they differ" in answer.stdout
    assert "no change set" in answer.stderr
    assert "Unable to locate credentials" in answer.stderr
    assert "aws sts get-caller-identity" in answer.stderr


def test_in_json_it_is_one_object_with_its_sums(nowhere):
    record = json.loads(nowhere("--env", "aws", "--output", "json").stdout)
    assert record["changes"] is None
    lines = record["costs"]["at_rest"]
    assert record["costs"]["month"] == pytest.approx(sum(x["quantity"] * x["price"] for x in lines))
    assert "Unable to locate credentials" in record["problem"]


def test_for_the_local_account_it_is_refused_with_the_reason(nowhere):
    answer = nowhere("--env", "local")
    assert answer.exit_code == 2
    assert "--dry-run is for --env aws" in answer.stderr


@pytest.fixture(scope="module")
def prices(project):
    return costs.read_prices(project.root / "infra" / "prices.yml")


def test_every_price_has_a_page_of_aws_and_says_where_it_was_read(prices):
    for price in prices.prices.values():
        assert price.page.startswith("https://aws.amazon.com/")
        assert price.usd > 0


def test_a_network_and_a_redshift_that_are_there_cost_nothing_more(prices, aws_settings):
    aws = replace(aws_settings.aws, subnet_ids=("subnet-1",))
    found = costs.estimate(prices, aws, makes_redshift=False)
    assert not [line for line in (*found.at_rest, *found.a_run) if "Redshift w" in line.what]
    assert not [line for line in found.at_rest if "endpoint" in line.what]
    assert found.month < costs.estimate(prices, aws_settings.aws, makes_redshift=True).month


def test_twice_the_capacity_costs_twice_as_much_a_run(prices, aws_settings):
    def redshift(capacity):
        aws = replace(aws_settings.aws, redshift_capacity=capacity)
        found = costs.estimate(prices, aws, makes_redshift=True)
        return found.a_run[-1].dollars

    assert redshift(16) == pytest.approx(2 * redshift(8))


def test_a_wrong_list_of_prices_is_named(tmp_path):
    file = tmp_path / "prices.yml"
    file.write_text("region: x\ncollected: y\nprices: {a: {usd: much}}\nrun: {}\nstored_gb: 1\n")
    with pytest.raises(ConfigError, match=r"prices\.a\.usd: expected float, got 'much'"):
        costs.read_prices(file)


def test_the_text_has_changes_and_marks_prices_that_nobody_vouches_for():
    line = CostLine("secret", 2, "secret-month", 0.4, "unverified")
    result = Preview(
        "s",
        "us-east-1",
        (Change("Add", "A", "T", ""), Change("Modify", "B", "T", "True")),
        Costs("us-east-1", "2026-11-29", (line,), ()),
        None,
    )
    text = "\n".join(preview_lines(result))
    assert "$  0.80  secret: 2 secret-month at $0.4  (unverified)" in text
    assert "  Modify  B  T, replaced" in text
    assert "differ" not in text
