"""The SQL of a deployment by the Redshift Data API, whose answers are botocore's own shapes."""

import io

import boto3
import pytest
from botocore.stub import Stubber
from rich.console import Console

from imdb_etl.ops import data_api, deploy
from imdb_etl.ops.progress import Progress
from imdb_etl.ops.warehouse import WarehouseError, sql_files

FINISHED = {"Status": "FINISHED"}


@pytest.fixture
def api(monkeypatch):
    monkeypatch.setattr(data_api, "POLL_SECONDS", 0.0)
    client = boto3.client(
        "redshift-data", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    with Stubber(client) as stubber:
        yield client, stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def progress():
    return Progress(Console(file=io.StringIO()))


def expect(stubber, statements, *ends):
    stubber.add_response(
        "batch_execute_statement",
        {"Id": "batch-1"},
        {"WorkgroupName": "films", "Database": "dev", "SecretArn": "arn:s", "Sqls": statements},
    )
    for end in ends:
        stubber.add_response("describe_statement", {"Id": "batch-1", **end}, {"Id": "batch-1"})


def test_all_files_are_one_batch_in_their_order(api, project, progress):
    client, stubber = api
    folder = project.root / "conf" / "redshift"
    statements = [one for found in sql_files(folder).values() for one in found]
    assert statements[0] == "create schema if not exists movies"
    expect(stubber, statements, {"Status": "STARTED"}, FINISHED)
    applied = data_api.apply_sql(client, "films", "dev", "arn:s", folder, progress)
    assert applied == sorted(file.name for file in folder.glob("*.sql"))


def test_a_deployment_to_a_redshift_of_the_stack_takes_this_way(
    api, project, aws_settings, progress
):
    client, stubber = api
    folder = project.root / "conf" / "redshift"
    expect(stubber, [s for found in sql_files(folder).values() for s in found], FINISHED)

    class Aws:
        environment, redshift = "aws", None

        def client(self, service):
            return {"redshift-data": client}[service]

    outputs = {"RedshiftWorkgroup": "films", "RedshiftSecret": "arn:s"}
    applied = deploy._apply_sql(project, aws_settings, Aws(), outputs, progress)
    assert applied == list(sql_files(folder))


def test_a_refused_batch_is_told_with_redshift_s_own_words(api, tmp_path, progress):
    client, stubber = api
    (tmp_path / "1.sql").write_text("create table t (a wrong)")
    end = {"Status": "FAILED", "Error": 'ERROR: type "wrong" does not exist'}
    expect(stubber, ["create table t (a wrong)"], end)
    with pytest.raises(WarehouseError, match='batch FAILED: ERROR: type "wrong" does not exist'):
        data_api.apply_sql(client, "films", "dev", "arn:s", tmp_path, progress)


def test_more_than_a_transaction_takes_is_refused_before_it_is_sent(api, tmp_path, progress):
    client, _ = api
    (tmp_path / "1.sql").write_text("select 1;" * 41)
    with pytest.raises(WarehouseError, match=r"has 41 statements, and one transaction .* takes 40"):
        data_api.apply_sql(client, "films", "dev", "arn:s", tmp_path, progress)
