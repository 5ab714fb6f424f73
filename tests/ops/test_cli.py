"""The command line: exit codes, and one readable line for every foreseeable failure."""

import json
import subprocess
import sys
from dataclasses import replace

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from typer.testing import CliRunner

from imdb_etl.errors import ConfigError
from imdb_etl.ops.cli import app
from imdb_etl.ops.command import readable

COMMANDS = [["deploy"], ["run"], ["status"]]


@pytest.fixture
def call(project, monkeypatch):
    """Runs a command in the project with the given variables and no others of AWS or Redshift."""

    def run(words, variables):
        monkeypatch.chdir(project.root)
        monkeypatch.setattr(
            "imdb_etl.ops.command.process_environment", lambda: {"PATH": "/bin", **variables}
        )
        return CliRunner().invoke(app, words)

    return run


@pytest.fixture
def nobody(aws_variables):
    """Variables of an account that does not answer."""
    return {**aws_variables, "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
def test_an_account_that_does_not_answer_is_one_line_and_exit_code_1(call, nobody, words):
    answer = call(words, nobody)
    assert answer.exit_code == 1
    assert answer.stdout == ""
    (line,) = answer.stderr.splitlines()
    assert line.startswith("imdb-etl: Could not connect to the endpoint URL")
    assert "Is the account running" in line


def test_in_json_a_failure_is_an_object_too(call, nobody):
    answer = call(["run", "--output", "json"], nobody)
    assert answer.exit_code == 1
    record = json.loads(answer.stdout)
    assert (record["state"], record["job_run_id"]) == ("NOT_STARTED", None)
    assert "Could not connect" in record["error"]


def test_aws_without_an_address_for_mails_asks_for_it(call):
    answer = call(["status", "--env", "aws"], {})
    assert answer.exit_code == 1
    assert "conf/aws.yml: notification_email: missing" in answer.stderr


def test_status_without_a_deployment_says_how_to_deploy(call, aws_variables, monkeypatch, settings):
    unknown = replace(settings, stack_name="not-deployed")
    monkeypatch.setattr("imdb_etl.ops.settings.Project.settings", lambda *_: unknown)
    answer = call(["status"], aws_variables)
    assert answer.exit_code == 1
    assert answer.stderr == (
        "imdb-etl: there is no stack not-deployed; make it with `imdb-etl deploy --env local`\n"
    )


@pytest.mark.parametrize("words", [["run", "--env", "moon"], ["fly"], ["run", "--output", "xml"]])
def test_wrong_usage_is_exit_code_2(call, words):
    assert call(words, {}).exit_code == 2


def test_outside_a_project_the_message_says_where_to_go(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    answer = CliRunner().invoke(app, ["status"])
    assert answer.exit_code == 1
    assert "is not in an imdb-etl project" in answer.stderr


def test_errors_of_aws_are_put_into_one_line():
    refused = ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetJob")
    assert readable(refused) == "GetJob was refused: no (AccessDenied)"
    away = EndpointConnectionError(endpoint_url="http://127.0.0.1:1/")
    assert "Is the account running" in readable(away)
    assert readable(ConfigError("a\n  b")) == "a b"


def test_the_commands_need_neither_spark_nor_the_local_account():
    script = (
        "import sys\n"
        "for name in ('pyspark', 'awsglue', 'awsgluedq', 'gluelocal', 'dqdl'):\n"
        "    sys.modules[name] = None\n"
        "import imdb_etl.ops.cli, imdb_etl.ops.run_local\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
