"""Bookmarked reads of a PostgreSQL table with its own driver, run after run."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from awsglue.context import GlueContext
from awsglue.job import Job

pytestmark = [pytest.mark.spark, pytest.mark.usefixtures("bookmark_folder")]

DRIVER = "org.postgresql:postgresql:42.7.3"
ENABLE = {"job_bookmark_option": "job-bookmark-enable"}
Execute = Callable[[str], None]


@pytest.fixture
def execute(local_account: Any) -> Iterator[Execute]:
    connection = local_account.redshift()
    connection.autocommit = True

    def run(sql: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql)

    run("CREATE SCHEMA bookmarked")
    yield run
    run("DROP SCHEMA bookmarked CASCADE")
    connection.close()


@pytest.fixture
def read(glue_context: GlueContext, local_account: Any) -> Callable[..., list[int]]:
    """The ids of the new rows of bookmarked.t, in a run that commits."""
    session: Any = glue_context.spark_session
    address = session._jvm.java.net.URI(f"ivy://{DRIVER}?transitive=false")
    jar = session._jvm.org.apache.spark.util.DependencyUtils.resolveMavenDependencies(address)
    known = local_account.environment
    host, port, name = (known[f"REDSHIFT_{key}"] for key in ("HOST", "PORT", "DATABASE"))
    database = {
        "url": f"jdbc:postgresql://{host}:{port}/{name}",
        "user": known["REDSHIFT_USER"],
        "password": known["REDSHIFT_PASSWORD"],
        "customJdbcDriverS3Path": Path(jar.apply(0)).as_uri(),
        "dbtable": "bookmarked.t",
    }

    def run(**options: Any) -> list[int]:
        Job.init("load", ENABLE)
        frame = glue_context.create_dynamic_frame.from_options(
            "postgresql", {**database, **options}, transformation_ctx="source"
        )
        found = sorted(row["id"] for row in frame.toDF().collect())
        Job.commit()
        return found

    return run


@pytest.mark.parametrize(
    ("columns", "options", "first", "second"),
    [
        (
            "id int",
            {"jobBookmarkKeys": ["id"], "hashexpression": "id", "hashpartitions": "2"},
            ["(1)", "(2)"],
            ["(3)"],
        ),
        (
            "id int, at timestamp",
            {"jobBookmarkKeys": ["at"]},
            ["(1, '2024-01-01 00:00:00.000001')", "(2, '2024-01-01 00:00:00.000002')"],
            ["(3, '2024-01-01 00:00:00.000003')"],
        ),
        (
            "id int, part varchar(9)",
            {"jobBookmarkKeys": ["part", "id"]},
            ["(1, 'o''a')", "(2, 'o''a')"],
            ["(3, 'o''a')", "(4, 'o''b')"],
        ),
        (
            "id int, amount decimal(20, 9)",
            {"jobBookmarkKeys": ["amount"], "jobBookmarkKeysSortOrder": "desc"},
            ["(1, 12345678901.123456789)", "(2, 12345678901.123456788)"],
            ["(3, 12345678901.123456787)"],
        ),
        (
            "id int",
            {"query": "SELECT id FROM bookmarked.t WHERE id < 9", "jobBookmarkKeys": ["id"]},
            ["(1)", "(2)", "(9)"],
            ["(3)", "(10)"],
        ),
    ],
)
def test_new_rows_by_key(
    execute: Execute,
    read: Callable[..., list[int]],
    columns: str,
    options: dict[str, Any],
    first: list[str],
    second: list[str],
) -> None:
    execute(f"CREATE TABLE bookmarked.t ({columns})")
    execute(f"INSERT INTO bookmarked.t VALUES {', '.join(first)}")
    assert read(**options) == [1, 2]
    execute(f"INSERT INTO bookmarked.t VALUES {', '.join(second)}")
    assert read(**options) == ([3, 4] if "'o''b'" in second[-1] else [3])
    assert read(**options) == []
