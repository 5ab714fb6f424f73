"""Databases by JDBC: options as data, and reading and writing PostgreSQL with its own driver."""

import datetime
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from awsglue.context import GlueContext
from awsglue.data_sink.jdbc import JdbcWriteError
from awsglue.data_source import jdbc as jdbc_source
from awsglue.data_source.keys import beyond
from awsglue.dynamicframe import DynamicFrame
from awsglue.errors import InvalidOptionError, NotSupportedError
from awsglue.jdbc import DriverNotFoundError

DRIVER = "org.postgresql:postgresql:42.7.3"


@pytest.mark.cases("jdbc_sources.yaml")
def test_sources_by_their_options(case: dict[str, Any]) -> None:
    if "error" in case:
        with pytest.raises((InvalidOptionError, NotSupportedError)) as raised:
            jdbc_source.of_options(case["type"], case["options"])
        assert case["error"] in str(raised.value)
        return
    source = jdbc_source.of_options(case["type"], case["options"])
    found = {
        "url": source.database.url,
        "driver": source.database.driver,
        "relation": source.relation,
        "buckets": list(source.buckets),
    }
    expected = {key: case[key] for key in found if key in case}
    assert expected
    assert {key: found[key] for key in expected} == expected
    assert "secret" not in repr(source)


def test_the_rows_beyond_a_compound_key() -> None:
    assert beyond(["a"], ["1"]) == "(a > 1)"
    assert beyond(["a", "b"], ["1", "'x'"], descending=True) == "(a < 1) OR (a = 1 AND b < 'x')"


def test_a_password_is_not_shown() -> None:
    options = {"url": "jdbc:mysql://h/d", "dbtable": "t", "user": "u", "password": "hush"}
    assert "hush" not in repr(jdbc_source.of_options("mysql", options))


@pytest.fixture(scope="module")
def driver_jar(spark: Any) -> Path:
    """PostgreSQL's driver, as Spark fetches packages."""
    address = spark._jvm.java.net.URI(f"ivy://{DRIVER}?transitive=false")
    resolved = spark._jvm.org.apache.spark.util.DependencyUtils.resolveMavenDependencies(address)
    return Path(resolved.apply(0))


@pytest.fixture
def database(local_account: Any, driver_jar: Path) -> dict[str, str]:
    """connection_options of the account's PostgreSQL."""
    known = local_account.environment
    host, port, name = (known[f"REDSHIFT_{key}"] for key in ("HOST", "PORT", "DATABASE"))
    return {
        "url": f"jdbc:postgresql://{host}:{port}/{name}",
        "user": known["REDSHIFT_USER"],
        "password": known["REDSHIFT_PASSWORD"],
        "customJdbcDriverS3Path": f"file://{driver_jar}",
    }


@pytest.fixture
def query(local_account: Any) -> Iterator[Callable[[str], list[tuple[Any, ...]]]]:
    connection = local_account.redshift()
    connection.autocommit = True

    def run(sql: str) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return [tuple(row) for row in cursor.fetchall()] if cursor.description else []

    run("DROP SCHEMA IF EXISTS jdbc CASCADE")
    run("CREATE SCHEMA jdbc")
    yield run
    run("DROP SCHEMA jdbc CASCADE")
    connection.close()


@pytest.fixture
def movies(query: Callable[[str], list[tuple[Any, ...]]]) -> str:
    query(
        "CREATE TABLE jdbc.movies (id int, title varchar(40), rating decimal(3,1), seen timestamp, "
        "day date, good boolean)"
    )
    query(
        "INSERT INTO jdbc.movies VALUES (1, 'one', 9.3, '2020-01-02 03:04:05.25', '2020-02-29', "
        "true), (2, '', NULL, NULL, NULL, false), (NULL, NULL, 1.0, NULL, NULL, NULL)"
    )
    query("INSERT INTO jdbc.movies (id, title) SELECT n, 'x' || n FROM generate_series(3, 30) g(n)")
    return "jdbc.movies"


@pytest.mark.spark
def test_a_table_has_the_databases_types(
    glue_context: GlueContext, database: dict[str, str], movies: str
) -> None:
    frame = glue_context.create_dynamic_frame.from_options(
        "postgresql", {**database, "dbtable": movies}, transformation_ctx="m"
    ).toDF()
    assert frame.schema.simpleString() == (
        "struct<id:int,title:string,rating:decimal(3,1),seen:timestamp,day:date,good:boolean>"
    )
    rows = {row["id"]: row for row in frame.collect()}
    assert len(rows) == 31
    assert rows[1]["rating"] == Decimal("9.3")
    assert rows[1]["day"] == datetime.date(2020, 2, 29)
    assert rows[1]["good"] is True
    assert frame.selectExpr("cast(max(seen) as string)").first()[0] == "2020-01-02 03:04:05.25"
    assert (rows[2]["title"], rows[None]["title"]) == ("", None)


@pytest.mark.spark
@pytest.mark.parametrize(
    "options",
    [
        {"dbtable": "jdbc.movies", "hashfield": "title", "hashpartitions": "3"},
        {"dbtable": "jdbc.movies", "hashexpression": "id"},
        {
            "dbtable": "jdbc.movies",
            "sampleQuery": "select * from jdbc.movies where 1 = 1 and",
            "enablePartitioningForSampleQuery": True,
            "hashfield": "id",
            "hashpartitions": "3",
        },
    ],
)
@pytest.mark.usefixtures("movies")
def test_a_parallel_read_has_every_row_once(
    glue_context: GlueContext, database: dict[str, str], options: dict[str, Any]
) -> None:
    frame = glue_context.create_dynamic_frame.from_options("postgresql", {**database, **options})
    assert frame.getNumPartitions() == int(options.get("hashpartitions", 7))
    ids = [row["id"] for row in frame.toDF().collect()]
    assert sorted(ids, key=lambda found: found or 0) == [None, *range(1, 31)]


@pytest.mark.spark
@pytest.mark.usefixtures("movies")
def test_a_query_and_a_condition(glue_context: GlueContext, database: dict[str, str]) -> None:
    options = {**database, "query": "SELECT id AS n, title FROM jdbc.movies WHERE id < 4"}
    source = jdbc_source.of_options("postgresql", options)
    rows = source.rows(glue_context.spark_session, "n > 1").collect()
    assert sorted(tuple(row) for row in rows) == [(2, ""), (3, "x3")]
    custom = {**database, "className": "org.postgresql.Driver", "dbTable": "jdbc.movies"}
    frame = glue_context.create_dynamic_frame.from_options(
        "custom.jdbc", {**custom, "filterPredicate": "id = 3"}
    )
    assert [row["title"] for row in frame.toDF().collect()] == ["x3"]


@pytest.mark.spark
def test_keys_give_what_is_beyond_them(
    glue_context: GlueContext,
    database: dict[str, str],
    query: Callable[[str], list[tuple[Any, ...]]],
) -> None:
    query("CREATE TABLE jdbc.log (day date, n bigint, at timestamp, note varchar(9))")
    source = jdbc_source.of_options("postgresql", {**database, "dbtable": "jdbc.log"})
    spark, keys = glue_context.spark_session, ["day", "n"]
    assert source.edge(spark, keys) is None
    query(
        "INSERT INTO jdbc.log VALUES ('2020-01-02', 1, '2020-01-02 03:04:05.123456', 'it''s'), "
        "('2020-01-01', 9, '2020-01-01', 'a')"
    )
    assert source.edge(spark, keys) == ("'2020-01-02'", "1")
    assert source.edge(spark, keys, "n > 1") == ("'2020-01-01'", "9")
    assert source.edge(spark, keys, descending=True) == ("'2020-01-01'", "9")
    assert source.edge(spark, ["at"]) == ("'2020-01-02 03:04:05.123456'",)
    assert source.edge(spark, ["note"]) == ("'it''s'",)
    first = source.edge(spark, keys)
    assert first is not None
    query(
        "INSERT INTO jdbc.log VALUES ('2020-01-02', 2, NULL, NULL), ('2020-01-03', 0, NULL, NULL)"
    )
    new = source.rows(spark, beyond(keys, first)).collect()
    assert sorted(row["n"] for row in new) == [0, 2]


@pytest.mark.spark
def test_rows_are_added_by_the_columns_names(
    glue_context: GlueContext,
    database: dict[str, str],
    movies: str,
    query: Callable[[str], list[tuple[Any, ...]]],
) -> None:
    data = glue_context.spark_session.sql(
        "SELECT date'2021-01-01' AS day, 'new' AS Title, 100 AS id, "
        "cast(7.5 AS decimal(3,1)) AS rating"
    )
    frame = DynamicFrame.fromDF(data, glue_context, "new")
    glue_context.write_dynamic_frame.from_options(
        frame, "postgresql", {**database, "dbtable": movies, "bulkSize": "2"}
    )
    rows = query("SELECT id, title, rating, seen, day FROM jdbc.movies WHERE id = 100")
    assert rows == [(100, "new", Decimal("7.5"), None, datetime.date(2021, 1, 1))]
    assert query("SELECT count(*) FROM jdbc.movies") == [(32,)]

    unknown = DynamicFrame.fromDF(data.selectExpr("id", "day AS dayy"), glue_context, "unknown")
    with pytest.raises(JdbcWriteError, match=r"writing to jdbc\.movies failed: .*dayy"):
        glue_context.write_dynamic_frame.from_options(
            unknown, "postgresql", {**database, "dbtable": movies}
        )
    long_title = DynamicFrame.fromDF(data.selectExpr("repeat('x', 41) AS title"), glue_context, "l")
    with pytest.raises(JdbcWriteError, match="value too long for type character varying"):
        glue_context.write_dynamic_frame.from_options(
            long_title, "postgresql", {**database, "dbtable": movies}
        )
    assert query("SELECT count(*) FROM jdbc.movies") == [(32,)]


@pytest.mark.spark
def test_a_missing_table_is_made(
    glue_context: GlueContext,
    database: dict[str, str],
    query: Callable[[str], list[tuple[Any, ...]]],
) -> None:
    data = glue_context.spark_session.sql("SELECT 1L AS id, 'a' AS name")
    frame = DynamicFrame.fromDF(data, glue_context, "new")
    glue_context.write_dynamic_frame.from_options(
        frame, "postgresql", {**database, "dbtable": "jdbc.made"}
    )
    assert query("SELECT id, name FROM jdbc.made") == [(1, "a")]


@pytest.mark.spark
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"url": "jdbc:postgresql://h/d"}, "needs dbtable"),
        ({"url": "jdbc:postgresql://h/d", "dbtable": "t", "postactions": "x"}, "'postactions'"),
    ],
)
def test_sinks_that_cannot_be(
    glue_context: GlueContext, options: dict[str, str], message: str
) -> None:
    frame = DynamicFrame.fromDF(glue_context.spark_session.range(1), glue_context, "f")
    with pytest.raises((InvalidOptionError, NotSupportedError), match=message):
        glue_context.write_dynamic_frame.from_options(frame, "postgresql", options)


@pytest.mark.spark
def test_a_driver_that_is_not_there_is_named(glue_context: GlueContext) -> None:
    options = {"url": "jdbc:mysql://127.0.0.1:1/d", "dbtable": "t", "user": "u", "password": "hush"}
    with pytest.raises(DriverNotFoundError) as raised:
        glue_context.create_dynamic_frame.from_options("mysql", options)
    assert str(raised.value) == (
        "the JDBC driver com.mysql.cj.jdbc.Driver is not on the class path; give the job its jar "
        "with --extra-jars s3://…/driver.jar or --conf "
        "spark.jars.packages=com.mysql:mysql-connector-j:8.0.33"
    )
    frame = DynamicFrame.fromDF(glue_context.spark_session.range(1), glue_context, "f")
    with pytest.raises(DriverNotFoundError, match=r"com\.example\.Driver is not on the class"):
        glue_context.write_dynamic_frame.from_options(
            frame, "jdbc", {"url": "jdbc:x:y", "className": "com.example.Driver", "dbtable": "t"}
        )


@pytest.mark.spark
def test_a_driver_jar_that_does_not_help(glue_context: GlueContext, driver_jar: Path) -> None:
    options = {"url": "jdbc:x:y", "className": "com.example.Driver", "dbTable": "t"}
    for jar, message in (
        ("file:///nowhere/driver.jar", "customJdbcDriverS3Path 'file:///nowhere/driver.jar'"),
        (f"file://{driver_jar}", "has no class com.example.Driver"),
    ):
        with pytest.raises((InvalidOptionError, DriverNotFoundError)) as raised:
            glue_context.create_dynamic_frame.from_options(
                "custom.jdbc", {**options, "customJdbcDriverS3Path": jar}
            )
        assert message in str(raised.value)


@pytest.mark.spark
@pytest.mark.parametrize("kind", ["dynamodb", "kinesis", "kafka", "mongodb", "snowflake"])
def test_other_connection_types_are_refused_by_name(glue_context: GlueContext, kind: str) -> None:
    with pytest.raises(NotImplementedError, match=f"reading from the connection type '{kind}'"):
        glue_context.create_dynamic_frame.from_options(kind, {})
