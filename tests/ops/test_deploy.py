"""The deployment on AWS's APIs; Redshift itself is the business of tests/e2e."""

import io
import json
import zipfile

import pytest
from rich.console import Console

from imdb_etl.config import parse_config
from imdb_etl.ops import deploy as deploying
from imdb_etl.ops import warehouse
from imdb_etl.ops.progress import Progress
from imdb_etl.ops.stack import StackError, deploy_stack, require_outputs
from imdb_etl.ops.target import connect


@pytest.fixture(scope="module")
def progress():
    return Progress(Console(file=io.StringIO()))


@pytest.fixture(scope="module")
def deployed(project, settings, aws_variables, progress):
    """Deployed twice: the second answer is what counts, and must be like the first."""
    target = connect(settings, "local", aws_variables)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(warehouse, "apply_sql", lambda *_: ["01_schema.sql"])
        first = deploying.deploy(project, settings, target, progress)
        second = deploying.deploy(project, settings, target, progress)
    assert first == second
    return second


def body(aws, url):
    bucket, _, key = url.removeprefix("s3://").partition("/")
    return aws("s3").get_object(Bucket=bucket, Key=key)["Body"].read()


def test_everything_that_the_job_refers_to_is_there(deployed, aws):
    job = aws("glue").get_job(JobName=deployed.outputs["JobName"])["Job"]
    arguments = job["DefaultArguments"]
    assert b"def main" in body(aws, job["Command"]["ScriptLocation"])
    package = zipfile.ZipFile(io.BytesIO(body(aws, arguments["--extra-py-files"])))
    assert "imdb_etl/pipeline.py" in package.namelist()
    assert arguments["--extra-py-files"].endswith(".zip")
    config = parse_config(body(aws, arguments["--config"]).decode(), "config")
    assert config.data_bucket == deployed.outputs["DataBucket"]
    ruleset = f"s3://{config.artifacts_bucket}/rulesets/{arguments['--ruleset']}.dqdl"
    assert b"Rules = [" in body(aws, ruleset)
    assert body(aws, arguments["--source_path"] + "imdb_top_1000.csv").startswith(b"Series_Title,")


def test_the_connection_names_a_secret_that_has_the_user(deployed, aws, aws_variables):
    name = deployed.outputs["RedshiftConnection"]
    connection = aws("glue").get_connection(Name=name)["Connection"]["ConnectionProperties"]
    assert connection["JDBC_CONNECTION_URL"] == "jdbc:redshift://127.0.0.1:1/dev"
    secret = aws("secretsmanager").get_secret_value(SecretId=connection["SECRET_ID"])
    assert json.loads(secret["SecretString"]) == {
        "username": aws_variables["REDSHIFT_USER"],
        "password": aws_variables["REDSHIFT_PASSWORD"],
    }


def test_both_crawlers_write_to_the_catalog_database(deployed, aws):
    glue = aws("glue")
    source = glue.get_crawler(Name=deployed.outputs["SourceCrawler"])["Crawler"]
    assert source["DatabaseName"] == deployed.outputs["GlueDatabase"]
    (target,) = source["Targets"]["S3Targets"]
    assert target["Path"] == f"s3://{deployed.outputs['DataBucket']}/raw/imdb_movies/"
    redshift = glue.get_crawler(Name=deployed.outputs["RedshiftCrawler"])["Crawler"]
    (target,) = redshift["Targets"]["JdbcTargets"]
    assert target["Path"] == "dev/movies/imdb_movies"


def test_the_subscriber_is_the_configured_address(deployed, aws, settings):
    (subscription,) = aws("sns").list_subscriptions_by_topic(TopicArn=deployed.outputs["TopicArn"])[
        "Subscriptions"
    ]
    assert subscription["Protocol"] == "email"
    assert subscription["Endpoint"] == settings.notification_email


def test_a_changed_parameter_updates_the_stack(
    deployed, project, settings, aws_variables, progress
):
    other = aws_variables | {"REDSHIFT_PORT": "2"}
    target = connect(settings, "local", other)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(warehouse, "apply_sql", lambda *_: [])
        deploying.deploy(project, settings, target, progress)
    connection = target.client("glue").get_connection(Name=deployed.outputs["RedshiftConnection"])
    url = connection["Connection"]["ConnectionProperties"]["JDBC_CONNECTION_URL"]
    assert url == "jdbc:redshift://127.0.0.1:2/dev"


def test_a_stack_that_cannot_be_made_says_the_first_reason(aws, tmp_path, progress):
    template = tmp_path / "template.yaml"
    template.write_text(
        "Resources:\n  Twin:\n    Type: AWS::Glue::Database\n    Properties:\n"
        "      CatalogId: '1'\n      DatabaseInput: {Name: twin}\n"
    )
    aws("glue").create_database(DatabaseInput={"Name": "twin"})
    with pytest.raises(StackError, match=r"the stack broken ended as ROLLBACK_COMPLETE: Twin: .+"):
        deploy_stack(aws("cloudformation"), "broken", template, {}, progress)
    with pytest.raises(StackError, match="delete-stack --stack-name broken"):
        deploy_stack(aws("cloudformation"), "broken", template, {}, progress)


def test_a_stack_that_is_not_there_says_how_to_make_it(aws):
    with pytest.raises(StackError, match=r"no stack nothing yet; .*`imdb-etl deploy --env local`"):
        require_outputs(aws("cloudformation"), "nothing", "local")
