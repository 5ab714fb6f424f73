"""Bookmark keys of a database's table: which rows a run reads."""

import logging
from collections.abc import Sequence
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from awsglue.bookmarks.run import current
from awsglue.data_source import keys as key_sql
from awsglue.data_source.new_rows import Keys, unread_rows
from awsglue.data_source.primary_key import primary_key
from awsglue.errors import InvalidOptionError
from awsglue.job import Job

pytestmark = [pytest.mark.spark, pytest.mark.usefixtures("bookmark_folder")]

ENABLE = {"job_bookmark_option": "job-bookmark-enable"}


class View:
    """A table that Spark's SQL knows, in place of one in a database."""

    def __init__(self, session: SparkSession, rows: Sequence[str]) -> None:
        # The first row gives the types and is taken out again.
        typed = "(0, 'x', timestamp'1970-01-01', 0)"
        values = [typed, *(f"{row[:-1]}, 1)" for row in rows)]
        sql = f"SELECT id, part, at FROM VALUES {', '.join(values)} AS t(id, part, at, k)"
        session.sql(f"{sql} WHERE k = 1").createOrReplaceTempView("bookmarked")

    def rows(self, session: SparkSession, where: str = "") -> DataFrame:
        return session.sql(f"SELECT * FROM bookmarked WHERE {where or 'true'}")

    def edge(
        self, session: SparkSession, keys: Sequence[str], where: str = "", descending: bool = False
    ) -> tuple[str, ...] | None:
        text = "CAST({} AS STRING)"
        found = session.sql(key_sql.edge_query("bookmarked", keys, where, text, descending))
        row = found.first()
        assert row is not None
        if row[0] is None:
            return None
        types = [field.dataType.simpleString() for field in found.schema.fields[::2]]
        return tuple(key_sql.literal(one, kind) for one, kind in zip(row[1::2], types, strict=True))


def ids(rows: DataFrame) -> list[int | None]:
    found = [row["id"] for row in rows.collect()]
    return sorted(found, key=lambda one: (one is not None, one))


@pytest.mark.cases("bookmarked_rows.yaml")
def test_the_rows_that_a_run_reads(case: dict[str, Any], spark: SparkSession) -> None:
    options = {
        "jobBookmarkKeys": case.get("keys"),
        "jobBookmarkKeysSortOrder": case.get("order"),
    }
    for number, step in enumerate(case["runs"]):
        Job.init("load", {**ENABLE, "JOB_RUN_ID": f"jr_{number}"})
        view = View(spark, step["table"])
        rows = unread_rows(spark, view, "source", options, case.get("primary_key", ()))
        assert ids(rows) == step["reads"]
        if step.get("commit", True):
            Job.commit()


def test_a_paused_range_reads_the_rows_between_two_runs(spark: SparkSession) -> None:
    table = [f"({number}, 'a', null)" for number in range(1, 7)]
    options = {"jobBookmarkKeys": ["id"]}
    for number in (1, 2, 3):
        Job.init("load", {**ENABLE, "JOB_RUN_ID": f"jr_{number}"})
        unread_rows(spark, View(spark, table[: number * 2]), "source", options)
        Job.commit()
    pause = {"job_bookmark_option": "job-bookmark-pause", "job_bookmark_from": "jr_1"}
    Job.init("load", {**pause, "job_bookmark_to": "jr_2"})
    assert ids(unread_rows(spark, View(spark, table), "source", options)) == [3, 4]
    assert ids(unread_rows(spark, View(spark, table), "never read before", options)) == []


def test_rows_that_come_while_a_run_reads_are_the_next_runs(spark: SparkSession) -> None:
    options = {"jobBookmarkKeys": ["id"]}
    Job.init("load", ENABLE)
    condition: list[str] = []

    class Growing(View):
        def rows(self, session: SparkSession, where: str = "") -> DataFrame:
            condition.append(where)
            View(session, ["(1, 'a', null)", "(2, 'late', null)"])
            return super().rows(session, where)

    assert ids(unread_rows(spark, Growing(spark, ["(1, 'a', null)"]), "source", options)) == [1]
    assert condition == ["(NOT ((id > 1)) OR id IS NULL)"]
    Job.commit()
    Job.init("load", ENABLE)
    assert ids(unread_rows(spark, Growing(spark, []), "source", options)) == []


def test_without_a_bookmark_all_rows_are_read(spark: SparkSession) -> None:
    view = View(spark, ["(1, 'a', null)"])
    for args, transformation_ctx in [({}, "source"), (ENABLE, "")]:
        Job.init("load", args)
        rows = unread_rows(spark, view, transformation_ctx, {"jobBookmarkKeys": ["id"]})
        assert ids(rows) == [1]
    run = current()
    assert run is not None
    assert run.advanced == {}


def test_a_table_without_keys_says_so(
    spark: SparkSession, caplog: pytest.LogCaptureFixture
) -> None:
    Job.init("load", ENABLE)
    with caplog.at_level(logging.WARNING):
        unread_rows(spark, View(spark, []), "source", {})
    assert "source: the table has no primary key, so every run reads all its rows" in caplog.text


def test_other_keys_than_the_bookmarks_are_refused(spark: SparkSession) -> None:
    view = View(spark, ["(1, 'a', null)"])
    Job.init("load", ENABLE)
    unread_rows(spark, view, "source", {"jobBookmarkKeys": ["id"]})
    Job.commit()
    Job.init("load", ENABLE)
    text = r"the bookmark of 'source' was kept for the keys \['id'\] asc"
    for options in (
        {"jobBookmarkKeys": ["part"]},
        {"jobBookmarkKeys": ["id"], "jobBookmarkKeysSortOrder": "desc"},
    ):
        with pytest.raises(InvalidOptionError, match=text):
            unread_rows(spark, view, "source", options)


def test_an_order_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidOptionError, match="is 'up'; valid: asc, desc"):
        Keys.of({"jobBookmarkKeys": ["id"], "jobBookmarkKeysSortOrder": "up"})


def test_a_database_tells_its_primary_key(spark: SparkSession) -> None:
    jvm: Any = spark._jvm
    # Derby comes with Spark; its log would lie in the working folder.
    jvm.java.lang.System.setProperty("derby.stream.error.field", "java.lang.System.err")
    url = "jdbc:derby:memory:bookmarks;create=true"
    driver = {"driver": "org.apache.derby.jdbc.EmbeddedDriver"}
    connection = jvm.java.sql.DriverManager.getConnection(url)
    try:
        statement = connection.createStatement()
        statement.execute("CREATE TABLE ONE (A INT NOT NULL, B INT NOT NULL, PRIMARY KEY (B, A))")
        statement.execute("CREATE TABLE TWO (A INT)")
    finally:
        connection.close()
    assert primary_key(spark, url, driver, "ONE") == ("B", "A")
    assert primary_key(spark, url, driver, "APP.ONE") == ("B", "A")
    assert primary_key(spark, url, driver, "TWO") == ()
    assert primary_key(spark, url, driver, "(SELECT 1 FROM ONE) q") == ()
