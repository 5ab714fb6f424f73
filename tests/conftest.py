"""What several tests of the pipeline need: the project's own files, and AWS APIs to deploy to."""

from pathlib import Path

import boto3
import pytest

from imdb_etl.ops.settings import Project


@pytest.fixture(scope="session")
def project():
    return Project(Path(__file__).parents[1])


@pytest.fixture(scope="session")
def settings(project):
    return project.settings("local")


@pytest.fixture(scope="session")
def columns(settings):
    return settings.columns


@pytest.fixture(scope="session")
def aws_variables(aws_endpoint):
    """The environment of a local account, as `gluelocal env` would print it."""
    return {
        "AWS_ENDPOINT_URL": aws_endpoint,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "REDSHIFT_HOST": "127.0.0.1",
        "REDSHIFT_PORT": "1",
        "REDSHIFT_DATABASE": "dev",
        "REDSHIFT_USER": "awsuser",
        "REDSHIFT_PASSWORD": "secret-4711",
    }


@pytest.fixture(scope="session")
def aws(aws_variables):
    """`aws("s3")` is a client of that MiniStack."""
    session = boto3.Session("test", "test", region_name="us-east-1")
    return lambda service: session.client(service, endpoint_url=aws_variables["AWS_ENDPOINT_URL"])
