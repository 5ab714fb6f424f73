"""Crawling Redshift: its types, paths and URLs as cases, and a real gateway."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redshift_connector
import yaml

from gluelocal.crawler import CrawlError, CrawlSummary, crawl
from gluelocal.crawler.hive_types import render
from gluelocal.crawler.jdbc_connection import parse_url
from gluelocal.crawler.jdbc_target import parse_jdbc_path
from gluelocal.crawler.redshift_types import TYPES, redshift_type

CASES = Path(__file__).parent / "cases"
TYPE_CASES = yaml.safe_load((CASES / "redshift_types.yaml").read_text())
PATH_CASES = yaml.safe_load((CASES / "jdbc_paths.yaml").read_text())
URL_CASES = yaml.safe_load((CASES / "jdbc_urls.yaml").read_text())
PASSWORD = "Secret-0-word"
STOP_SECONDS = 30


@pytest.mark.parametrize("case", TYPE_CASES, ids=[str(case["type"]) for case in TYPE_CASES])
def test_a_redshift_type_becomes_a_catalog_type(case: dict[str, Any]) -> None:
    type_ = redshift_type(case["type"], case.get("precision"), case.get("scale"))
    assert (render(type_) if type_ else None) == case["catalog"]
    if case["type"] in TYPES:
        assert TYPES[case["type"]].observed is case.get("seen", False)


@pytest.mark.parametrize("case", PATH_CASES, ids=[case["path"] for case in PATH_CASES])
def test_an_include_path_takes_these_tables_and_not_those(case: dict[str, Any]) -> None:
    if "error" in case:
        with pytest.raises(CrawlError, match=case["error"]):
            parse_jdbc_path(case["path"])
        return
    include = parse_jdbc_path(case["path"])
    assert [name for name in case["matches"] if not include.matches(*name.split("."))] == []
    assert [name for name in case["others"] if include.matches(*name.split("."))] == []


@pytest.mark.parametrize("case", URL_CASES, ids=[case["url"] for case in URL_CASES])
def test_a_connection_url_is_taken_apart(case: dict[str, Any]) -> None:
    if "error" in case:
        with pytest.raises(CrawlError) as raised:
            parse_url("c", case["url"])
        assert case["error"] in str(raised.value)
        assert "secret" not in str(raised.value)
        return
    assert parse_url("c", case["url"]) == (case["host"], case["port"], case["database"])


@pytest.fixture(scope="module")
def redshift_port(aws_endpoint: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A Redshift gateway of its own, with a few tables and a view."""
    state = tmp_path_factory.mktemp("redshift")
    with (state / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "gluelocal.redshift"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    try:
        assert process.stdin and process.stdout
        with process.stdin as pipe:
            json.dump(
                {
                    "state": str(state),
                    "port": 0,
                    "user": "awsuser",
                    "password": PASSWORD,
                    "database": "dev",
                    "aws_endpoint_url": aws_endpoint,
                    "aws_region": "us-east-1",
                    "aws_access_key_id": "test",
                    "aws_secret_access_key": "test",
                },
                pipe,
            )
        line = process.stdout.readline()
        assert line, (state / "log").read_text()
        answer = json.loads(line)
        assert answer["event"] == "ready", answer
        _make_tables(answer["port"])
        yield answer["port"]
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)


def _make_tables(port: int) -> None:
    with redshift_connector.connect(
        host="127.0.0.1", port=port, database="dev", user="awsuser", password=PASSWORD, ssl=False
    ) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        for statement in (
            "CREATE SCHEMA movies",
            "CREATE TABLE movies.imdb_movies (series_title varchar(256) not null, released_year "
            "smallint, imdb_rating decimal(3,1), votes bigint, gross int, score real, mean double "
            "precision, seen boolean, premiere date, loaded timestamp, loaded_tz timestamptz, "
            "code char(3))",
            "CREATE TABLE movies.people (name varchar(100))",
            "CREATE VIEW movies.best AS SELECT series_title, imdb_rating FROM movies.imdb_movies",
            "CREATE TABLE public.other (n int)",
        ):
            cursor.execute(statement)


class Redshift:
    """A Glue connection to the gateway, and crawls over it."""

    def __init__(self, place: Any, port: int) -> None:
        self.place = place
        self.port = port

    def connect(self, port: int | None = None, **properties: str) -> None:
        url = f"jdbc:redshift://127.0.0.1:{port or self.port}/dev"
        self.place.clients.glue.create_connection(
            ConnectionInput={
                "Name": self.place.name,
                "ConnectionType": "JDBC",
                "ConnectionProperties": {"JDBC_CONNECTION_URL": url, **properties},
            }
        )

    def crawl(self, path: str, **more: Any) -> CrawlSummary:
        target = {"ConnectionName": self.place.name, "Path": path, **more.pop("target", {})}
        definition = {
            "Name": "tester",
            "DatabaseName": self.place.name,
            "Targets": {"JdbcTargets": [target]},
            **more,
        }
        return crawl(definition, self.place.clients)


@pytest.fixture
def redshift(place: Any, redshift_port: int) -> Redshift:
    return Redshift(place, redshift_port)


@pytest.fixture
def offline(place: Any) -> Redshift:
    """For what goes wrong before Redshift is asked; nobody listens on port 1."""
    return Redshift(place, 1)


@pytest.fixture
def connected(redshift: Redshift) -> Redshift:
    redshift.connect(USERNAME="awsuser", PASSWORD=PASSWORD)
    return redshift


def test_a_redshift_table_is_catalogued_from_the_database(connected: Redshift) -> None:
    summary = connected.crawl("dev/movies/imdb_movies")
    place = connected.place
    assert summary.tables == ("dev_movies_imdb_movies",)
    assert place.columns("dev_movies_imdb_movies") == [
        "series_title: string",
        "released_year: smallint",
        "imdb_rating: decimal(3,1)",
        "votes: bigint",
        "gross: int",
        "score: float",
        "mean: double",
        "seen: boolean",
        "premiere: date",
        "loaded: timestamp",
        "loaded_tz: timestamp",
        "code: string",
    ]
    table = place.table("dev_movies_imdb_movies")
    storage = table["StorageDescriptor"]
    assert storage["Location"] == "dev.movies.imdb_movies"
    assert "InputFormat" not in storage and "OutputFormat" not in storage
    assert storage["SerdeInfo"] == {"Parameters": {}}
    assert table["Parameters"] == storage["Parameters"]
    assert table["Parameters"] == {
        "CrawlerSchemaSerializerVersion": "1.0",
        "CrawlerSchemaDeserializerVersion": "1.0",
        "UPDATED_BY_CRAWLER": "tester",
        "classification": "redshift",
        "connectionName": place.name,
        "typeOfData": "table",
    }
    again = connected.crawl("dev/movies/imdb_movies")
    assert (again.tables_created, again.tables_updated) == (0, 0)


@pytest.mark.parametrize(
    ("path", "exclusions", "tables"),
    [
        ("dev/movies/%", [], ["dev_movies_best", "dev_movies_imdb_movies", "dev_movies_people"]),
        ("dev/movies/%", ["imdb_*"], ["dev_movies_best", "dev_movies_people"]),
        ("dev/%/other", [], ["dev_public_other"]),
        ("dev/Movies/%", [], []),
        ("elsewhere/movies/%", [], []),
    ],
)
def test_wildcards_take_tables_and_views(
    path: str, exclusions: list[str], tables: list[str], connected: Redshift
) -> None:
    summary = connected.crawl(path, target={"Exclusions": exclusions})
    assert list(summary.tables) == tables == connected.place.table_names()
    if not tables:
        assert "no table" in "\n".join(summary.log)


def test_credentials_from_a_secret(redshift: Redshift) -> None:
    place = redshift.place
    secret = json.dumps({"username": "awsuser", "password": PASSWORD})
    place.clients.secretsmanager.create_secret(Name=place.name, SecretString=secret)
    redshift.connect(SECRET_ID=place.name)
    assert redshift.crawl("dev/movies/people").tables == ("dev_movies_people",)


def test_a_table_that_is_gone_is_deprecated(connected: Redshift) -> None:
    place = connected.place
    connected.crawl("dev/movies/people")
    parameters = place.table("dev_movies_people")["Parameters"]
    gone = {
        "Name": "dev_movies_gone",
        "StorageDescriptor": {"Location": "dev.movies.gone"},
        "Parameters": parameters,
    }
    place.clients.glue.create_table(DatabaseName=place.name, TableInput=gone)
    assert connected.crawl("dev/movies/%").tables_updated == 1
    assert "DEPRECATED_BY_CRAWLER" in place.table("dev_movies_gone")["Parameters"]


def test_a_wrong_password_names_host_and_user_and_not_the_password(redshift: Redshift) -> None:
    redshift.connect(USERNAME="awsuser", PASSWORD="not-the-password")
    with pytest.raises(CrawlError) as raised:
        redshift.crawl("dev/movies/%")
    assert f"awsuser@127.0.0.1:{redshift.port}/dev" in str(raised.value)
    assert "not-the-password" not in str(raised.value)
    assert redshift.place.table_names() == []


def test_a_refused_connection_names_host_and_user(offline: Redshift) -> None:
    offline.connect(USERNAME="awsuser", PASSWORD=PASSWORD)
    with pytest.raises(CrawlError) as raised:
        offline.crawl("dev/movies/%")
    assert "awsuser@127.0.0.1:1/dev" in str(raised.value)
    assert PASSWORD not in str(raised.value)


def test_a_server_that_is_no_redshift(offline: Redshift) -> None:
    endpoint = offline.place.clients.s3.meta.endpoint_url
    offline.connect(port=int(endpoint.rpartition(":")[2]), USERNAME="awsuser", PASSWORD=PASSWORD)
    with pytest.raises(CrawlError, match=r"awsuser@127\.0\.0\.1"):
        offline.crawl("dev/movies/%")


@pytest.mark.parametrize(
    ("secret", "error"),
    [
        (None, "cannot be read"),
        ("plain-secret-text", "is not a JSON object with"),
        ('{"username": "plain-secret-text"}', "is not a JSON object with"),
    ],
)
def test_a_secret_that_is_no_credentials(secret: str | None, error: str, offline: Redshift) -> None:
    place = offline.place
    if secret:
        place.clients.secretsmanager.create_secret(Name=place.name, SecretString=secret)
    offline.connect(SECRET_ID=place.name)
    with pytest.raises(CrawlError, match=error) as raised:
        offline.crawl("dev/movies/%")
    assert "plain-secret-text" not in str(raised.value)


def test_a_connection_without_credentials(offline: Redshift) -> None:
    offline.connect()
    with pytest.raises(CrawlError, match="has no user and password"):
        offline.crawl("dev/movies/%")


def test_a_connection_that_is_not_there(offline: Redshift) -> None:
    with pytest.raises(CrawlError, match=r"connection .* cannot be read"):
        offline.crawl("dev/movies/%")
