"""Scripts in the form of Glue Studio's exports, run by StartJobRun with no line changed.

Upserts into Redshift are in test_database_jobs.py, bookmarks in test_bookmark_runs.py.

A run's start is most of its time and uses one core: those that know nothing of each other run
side by side, and every test waits for its own.
"""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.spark, pytest.mark.slow]

SCRIPTS = Path(__file__).parent / "scripts" / "studio"
BUCKET = "studio"
RUNS_AT_ONCE = 2
TEMPORARY = f"s3://{BUCKET}/tmp/"
MOVIES = "id,title,rating\n1,Heat,8.3\n2,Cats,2.8\n3,,7.0\n4,Alien,8.5\n"


@pytest.fixture(scope="module")
def put(local_account: Any) -> Callable[[str, str], None]:
    s3 = local_account.client("s3")
    s3.create_bucket(Bucket=BUCKET)

    def run(key: str, text: str) -> None:
        s3.put_object(Bucket=BUCKET, Key=key, Body=text.encode())

    return run


@pytest.fixture(scope="module")
def lines(local_account: Any) -> Callable[[str], list[str]]:
    """All lines of the objects under a prefix."""
    s3 = local_account.client("s3")

    def run(prefix: str) -> list[str]:
        found = s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])
        bodies = [s3.get_object(Bucket=BUCKET, Key=one["Key"])["Body"].read() for one in found]
        return [line for body in bodies for line in body.decode().splitlines()]

    return run


@pytest.fixture(scope="module")
def catalog(local_account: Any, put: Any) -> Iterator[Any]:
    """The database `studio` with the table `movies`, which a crawler has made."""
    glue = local_account.client("glue")
    put("in/movies/movies.csv", MOVIES)
    glue.create_database(DatabaseInput={"Name": "studio"})
    targets = {"S3Targets": [{"Path": f"s3://{BUCKET}/in/movies/"}]}
    glue.create_crawler(Name="studio", Role="glue", DatabaseName="studio", Targets=targets)
    glue.start_crawler(Name="studio")
    while glue.get_crawler(Name="studio")["Crawler"]["State"] != "READY":
        time.sleep(0.2)
    yield glue
    glue.delete_crawler(Name="studio")
    glue.delete_database(Name="studio")


@pytest.fixture(scope="module")
def redshift(local_account: Any) -> Iterator[Callable[[str], list[tuple[Any, ...]]]]:
    """Runs SQL; there is a connection `studio-redshift` and a schema `studio`."""
    known, glue = local_account.environment, local_account.client("glue")
    address = "{REDSHIFT_HOST}:{REDSHIFT_PORT}/{REDSHIFT_DATABASE}".format(**known)
    properties = {
        "JDBC_CONNECTION_URL": f"jdbc:redshift://{address}",
        "USERNAME": known["REDSHIFT_USER"],
        "PASSWORD": known["REDSHIFT_PASSWORD"],
    }
    glue.create_connection(
        ConnectionInput={
            "Name": "studio-redshift",
            "ConnectionType": "JDBC",
            "ConnectionProperties": properties,
        }
    )
    connection = local_account.redshift()
    connection.autocommit = True

    def query(sql: str) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return [tuple(row) for row in cursor.fetchall()] if cursor.description else []

    query("CREATE SCHEMA studio")
    yield query
    query("DROP SCHEMA studio CASCADE")
    connection.close()
    glue.delete_connection(ConnectionName="studio-redshift")


PEOPLE = [
    {"id": 1, "name": "Ann", "films": [{"title": "Heat", "year": 1995}, {"title": "Up"}]},
    {"id": 2, "name": "Bob", "films": [{"title": "Alien", "year": 1979}]},
    {"id": 3, "name": "Eve"},
]
CITIES = [{"person": 1, "city": "Rome"}, {"person": 2, "city": "Oslo"}]


@pytest.fixture(scope="module")
def runs(
    run_job: Any,
    put: Callable[[str, str], None],
    catalog: Any,  # noqa: ARG001 - must be there before
    redshift: Any,  # noqa: ARG001
) -> Iterator[dict[str, Future[Any]]]:
    """The runs that need no other, by script."""
    put("people/1.json", "\n".join(map(json.dumps, PEOPLE)))
    put("cities/1.json", "\n".join(map(json.dumps, CITIES)))
    put("new/1/a.csv", "title,year,votes\nHeat,1995,700\nAlien,1979,900\nUp,1995,\n")
    given = {
        "quality_and_route": {"TempDir": TEMPORARY},
        "join_and_relationalize": {"TempDir": TEMPORARY},
        "catalog_update": {"source": f"s3://{BUCKET}/new/1/"},
        "custom_code": {},
    }
    with ThreadPoolExecutor(RUNS_AT_ONCE) as pool:
        yield {
            name: pool.submit(run_job, SCRIPTS / f"{name}.py", bucket=BUCKET, **arguments)
            for name, arguments in given.items()
        }


def succeeded(run: Any) -> None:
    assert run.state == "SUCCEEDED", run.logs


def test_quality_and_route(local_account: Any, runs: Any, lines: Any, redshift: Any) -> None:
    ended = runs["quality_and_route"].result()
    succeeded(ended)
    good = redshift("SELECT movie_id, title, rating FROM studio.good_movies ORDER BY movie_id")
    assert good == [(1, "Heat", Decimal("8.30")), (4, "Alien", Decimal("8.50"))]
    title, rating = 'ColumnLength "title" > 0', 'ColumnValues "rating" > 5'
    rejected = sorted((json.loads(line) for line in lines("rejected/")), key=lambda row: row["id"])
    assert rejected == [
        {
            "id": 2,
            "title": "Cats",
            "rating": 2.8,
            "DataQualityRulesPass": [title],
            "DataQualityRulesFail": [rating],
            "DataQualityRulesSkip": [],
            "DataQualityEvaluationResult": "Failed",
        },
        {
            "id": 3,
            "title": "",
            "rating": 7.0,
            "DataQualityRulesPass": [rating],
            "DataQualityRulesFail": [title],
            "DataQualityRulesSkip": [],
            "DataQualityEvaluationResult": "Failed",
        },
    ]
    glue = local_account.client("glue")
    ids = [one["ResultId"] for one in glue.list_data_quality_results()["Results"]]
    results = glue.batch_get_data_quality_result(ResultIds=ids)["Results"]
    (published,) = [one for one in results if one.get("JobRunId") == ended.run_id]
    assert published["EvaluationContext"] == "EvaluateDataQuality_node1700000000002"
    assert [rule["Result"] for rule in published["RuleResults"]] == ["FAIL", "FAIL"]


def test_a_router_whose_target_is_missing_fails_and_loads_nothing(
    run_job: Any, runs: Any, redshift: Any, tmp_path: Path
) -> None:
    # It would truncate the table in between.
    runs["quality_and_route"].result()
    text = (SCRIPTS / "quality_and_route.py").read_text()
    script = tmp_path / "broken_route.py"
    script.write_text(text.replace('"connectionName": "studio-redshift"', '"connectionName": "no"'))
    redshift("CREATE TABLE IF NOT EXISTS studio.good_movies (movie_id INTEGER)")
    before = redshift("SELECT count(*) FROM studio.good_movies")
    ended = run_job(script, bucket=BUCKET, TempDir=TEMPORARY)
    assert ended.state == "FAILED"
    assert "connection 'no'" in ended.error or "Connection no" in ended.error, ended.error
    assert redshift("SELECT count(*) FROM studio.good_movies") == before


def test_join_and_relationalize(runs: Any, lines: Any) -> None:
    succeeded(runs["join_and_relationalize"].result())
    root = {row["name"]: row for row in map(json.loads, lines("flat/people/"))}
    assert {name: (row["id"], row["city"]) for name, row in root.items()} == {
        "Ann": (1, "Rome"),
        "Bob": (2, "Oslo"),
    }
    films = [json.loads(line) for line in lines("flat/people_films/")]
    of = {
        name: sorted(
            (film["index"], film["films.val.title"], film.get("films.val.year"))
            for film in films
            if film["id"] == row["films"]
        )
        for name, row in root.items()
    }
    assert of == {"Ann": [(0, "Heat", 1995), (1, "Up", None)], "Bob": [(0, "Alien", 1979)]}
    assert len(films) == 3


def test_a_catalog_table_that_the_target_makes_is_read_by_sql(
    catalog: Any, put: Any, runs: Any, run_job: Any, lines: Any
) -> None:
    succeeded(runs["catalog_update"].result())
    table = catalog.get_table(DatabaseName="studio", Name="movies_by_year")["Table"]
    columns = [(one["Name"], one["Type"]) for one in table["StorageDescriptor"]["Columns"]]
    assert columns == [("title", "string"), ("votes", "bigint")]
    assert [(one["Name"], one["Type"]) for one in table["PartitionKeys"]] == [("year", "int")]
    assert _years(catalog) == ["1979", "1995"]
    put("new/2/b.csv", "title,year,votes\nCats,2019,50\nSpeed,1995,300\n")
    update = SCRIPTS / "catalog_update.py"
    succeeded(run_job(update, bucket=BUCKET, source=f"s3://{BUCKET}/new/2/"))
    assert _years(catalog) == ["1979", "1995", "2019"]
    succeeded(run_job(SCRIPTS / "sql_and_aggregate.py", bucket=BUCKET))
    # Each row twice by the union; the year 1979 is beyond the predicate.
    found = [line for line in lines("votes/") if line != "year,votes"]
    assert sorted(found) == ["1995,2000", "2019,100"]


def _years(glue: Any) -> list[str]:
    partitions = glue.get_partitions(DatabaseName="studio", TableName="movies_by_year")
    return sorted(one["Values"][0] for one in partitions["Partitions"])


def test_custom_code(runs: Any, lines: Any) -> None:
    succeeded(runs["custom_code"].result())
    assert sorted(set(lines("loud/"))) == ["1,HEAT", "4,ALIEN", "id,title"]
