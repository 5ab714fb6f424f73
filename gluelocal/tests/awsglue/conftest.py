"""What the tests of awsglue share: cases from files, a Data Catalog.

A test marked `@pytest.mark.cases("file.yaml")` runs once for every case in cases/file.yaml, or in
several such files; its parameter `case` is the case, and its id the case's `title`.
"""

import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml

from awsglue.bookmarks import run
from awsglue.job import Job

CASES = Path(__file__).parent / "cases"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "cases(*files): runs the test for every case in cases/file")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    marker = metafunc.definition.get_closest_marker("cases")
    if marker is not None:
        cases = [
            case for file in marker.args for case in yaml.safe_load((CASES / file).read_text())
        ]
        titles = [case["title"] for case in cases]
        assert len(set(titles)) == len(titles), f"{marker.args}: two cases of one title"
        metafunc.parametrize("case", cases, ids=titles)


@pytest.fixture
def bookmark_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where this test's job bookmarks are kept; afterwards bookmarks are off again."""
    folder = tmp_path / "bookmarks"
    monkeypatch.setenv("GLUELOCAL_BOOKMARKS", str(folder))
    monkeypatch.setattr(Job, "job_name", None)
    monkeypatch.setattr(Job, "args", {})
    yield folder
    run.end()


@pytest.fixture
def aws(aws_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """Makes boto3 clients; the code under test finds the same services by its environment."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws_endpoint)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test-secret")
    return functools.partial(_client, aws_endpoint)


@functools.cache
def _client(url: str, service: str) -> Any:
    return boto3.client(
        service,
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test-secret",
    )


@pytest.fixture
def catalog(aws: Callable[[str], Any]) -> Iterator[Callable[..., None]]:
    """Makes tables in the database `db`; `table` is a TableInput without its name."""
    glue = aws("glue")
    glue.create_database(DatabaseInput={"Name": "db"})

    def create(name: str, table: dict[str, Any]) -> None:
        glue.create_table(DatabaseName="db", TableInput={"Name": name, **table})

    yield create
    for table in glue.get_tables(DatabaseName="db")["TableList"]:
        glue.delete_table(DatabaseName="db", Name=table["Name"])
    glue.delete_database(Name="db")
