"""Sessions through the drivers that people use: what passes, what is answered by the gateway."""

import datetime
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import psycopg
import pytest
import redshift_connector
from psycopg.pq import TransactionStatus

Connect = Callable[..., psycopg.Connection[Any]]
Upload = Callable[[str, bytes], str]
ROLE = "IAM_ROLE 'arn:aws:iam::000000000000:role/loader'"


@pytest.fixture
def redshift(gateway: Any, schema: str) -> Iterator[redshift_connector.Connection]:
    connection = redshift_connector.connect(
        host="127.0.0.1",
        port=gateway.port,
        user="awsuser",
        password="Correct-horse-1",
        database="dev",
        ssl=False,
    )
    connection.cursor().execute(f"SET search_path TO {schema}")
    connection.commit()
    yield connection
    connection.close()


def test_redshift_connector_loads_and_reads_in_one_transaction(
    redshift: redshift_connector.Connection, upload: Upload
) -> None:
    source = upload("a.csv", b"1,9.3\n2,8.75\n")
    cursor = redshift.cursor()
    cursor.execute(
        'CREATE TABLE ratings ("Id" int, rating decimal(4,2)) DISTSTYLE EVEN SORTKEY(id)'
    )
    cursor.execute(f"COPY ratings FROM '{source}' {ROLE} CSV")
    assert cursor.rowcount == 2
    cursor.execute("SELECT id, rating FROM ratings WHERE id > %s ORDER BY id", (0,))
    assert cursor.fetchall() == ([1, Decimal("9.30")], [2, Decimal("8.75")])
    redshift.rollback()
    cursor.execute("SELECT count(*) FROM svv_tables WHERE table_name = 'ratings'")
    assert cursor.fetchone() == [0]


def test_redshift_connector_shows_the_load_error_after_a_rollback(
    redshift: redshift_connector.Connection, upload: Upload
) -> None:
    source = upload("a.csv", b"1\nx\n")
    cursor = redshift.cursor()
    cursor.execute("CREATE TABLE numbers (a int)")
    redshift.commit()
    cursor.execute("INSERT INTO numbers VALUES (7)")
    with pytest.raises(redshift_connector.ProgrammingError, match="Load into table 'numbers'"):
        cursor.execute(f"COPY numbers FROM '{source}' {ROLE} CSV")
    with pytest.raises(redshift_connector.ProgrammingError, match="current transaction is aborted"):
        cursor.execute("SELECT 1")
    redshift.rollback()
    cursor.execute(
        "SELECT err_code, btrim(err_reason), btrim(colname), btrim(filename), line_number "
        "FROM stl_load_errors WHERE query = pg_last_query_id()"
    )
    reason = "Invalid digit, Value 'x', Pos 0, Type: Integer"
    assert cursor.fetchall() == ([1207, reason, "a", source, 2],)
    cursor.execute("SELECT count(*), pg_last_copy_count() FROM numbers")
    assert cursor.fetchone() == [0, 0]


def test_redshift_connector_reads_the_catalog(
    redshift: redshift_connector.Connection, schema: str
) -> None:
    cursor = redshift.cursor()
    cursor.execute("CREATE TABLE films (id int PRIMARY KEY, title varchar(20), s super)")
    redshift.commit()
    tables = cursor.get_tables(schema_pattern=schema, table_name_pattern="films")
    assert [(row[1], row[2], row[3]) for row in tables] == [(schema, "films", "TABLE")]
    columns = cursor.get_columns(schema_pattern=schema, tablename_pattern="films")
    assert [row[3] for row in columns] == ["id", "title", "s"]
    cursor.execute("INSERT INTO films VALUES (1, 'x', '{\"a\": 1}')")
    cursor.execute("SELECT s FROM films")
    assert cursor.description[0][1] == 4000
    assert cursor.fetchone() == ['{"a": 1}']


def test_redshift_connector_writes_in_bulk(redshift: redshift_connector.Connection) -> None:
    cursor = redshift.cursor()
    cursor.execute("CREATE TABLE films (id int, title varchar(20))")
    cursor.executemany("INSERT INTO films VALUES (%s, %s)", [(1, "a"), (2, None)])
    cursor.execute("SELECT * FROM films ORDER BY id")
    assert cursor.fetchall() == ([1, "a"], [2, None])


def test_a_copy_is_undone_by_a_rollback(connect: Connect, upload: Upload) -> None:
    source = upload("a.csv", b"1\n2\n")
    with connect() as outside, connect(autocommit=False) as inside:
        outside.execute("CREATE TABLE t (a int); INSERT INTO t VALUES (0)")
        inside.execute(f"COPY t FROM '{source}' {ROLE} CSV")
        assert inside.execute("SELECT count(*) FROM t").fetchone() == (3,)
        assert outside.execute("SELECT count(*) FROM t").fetchone() == (1,)
        inside.rollback()
        assert inside.execute("SELECT count(*) FROM t").fetchone() == (1,)
        assert inside.execute("SELECT pg_last_copy_count()").fetchone() == (2,)


def test_a_failed_copy_aborts_its_transaction(connect: Connect, upload: Upload) -> None:
    with connect(autocommit=False) as connection:
        connection.execute("CREATE TABLE t (a int)")
        with pytest.raises(psycopg.Error, match="does not exist"):
            connection.execute(f"COPY t FROM '{upload('x', b'')}/none' {ROLE} CSV")
        assert connection.info.transaction_status == TransactionStatus.INERROR
        with pytest.raises(psycopg.errors.InFailedSqlTransaction):
            connection.execute(f"COPY t FROM 's3://b/k' {ROLE} CSV")
        connection.rollback()
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_one_string_of_several_statements(
    connection: psycopg.Connection[Any], upload: Upload
) -> None:
    source = upload("a.csv", b"1\n2\n")
    connection.execute(
        f"BEGIN; CREATE TABLE t (a int) DISTKEY(a); COPY t FROM '{source}' {ROLE} CSV; COMMIT"
    )
    assert connection.execute("SELECT sum(a) FROM t").fetchone() == (3,)
    with pytest.raises(psycopg.errors.UndefinedTable):
        connection.execute("TRUNCATE t; SELECT * FROM nowhere; INSERT INTO t VALUES (9)")
    assert connection.execute("SELECT count(*) FROM t").fetchone() == (0,)


def test_a_prepared_copy_runs_again(connection: psycopg.Connection[Any], upload: Upload) -> None:
    source = upload("a.csv", b"1\n")
    connection.execute("CREATE TABLE t (a int)")
    for _ in range(2):
        connection.execute(f"COPY t FROM '{source}' {ROLE} CSV", prepare=True)
    assert connection.execute("SELECT count(*) FROM t").fetchone() == (2,)


def test_a_pipeline_around_a_copy_keeps_its_order(connect: Connect, upload: Upload) -> None:
    source = upload("a.csv", b"5\n")
    with connect() as connection, connection.pipeline():
        connection.execute("CREATE TABLE t (a int)")
        connection.execute(f"COPY t FROM '{source}' {ROLE} CSV", prepare=True)
        found = connection.execute("SELECT a FROM t")
        assert found.fetchall() == [(5,)]


def test_notices_tell_how_many_records(connection: psycopg.Connection[Any], upload: Upload) -> None:
    source = upload("a.csv", b"1\nx\n")
    heard: list[tuple[str | None, str | None]] = []
    connection.add_notice_handler(lambda said: heard.append((said.severity, said.message_primary)))
    connection.execute("CREATE TABLE t (a int)")
    connection.execute(f"COPY t FROM '{source}' {ROLE} CSV MAXERROR 2")
    assert heard == [
        ("INFO", "Load into table 't' completed, 1 record(s) loaded successfully."),
        (
            "INFO",
            "Load into table 't' completed, 1 record(s) could not be loaded.  "
            "Check 'stl_load_errors' system table for details.",
        ),
    ]


def test_truncate_commits(connect: Connect) -> None:
    with connect(autocommit=False) as connection:
        connection.execute("CREATE TABLE t (a int); INSERT INTO t VALUES (1)")
        connection.execute("TRUNCATE t")
        assert connection.info.transaction_status == TransactionStatus.IDLE
        connection.rollback()
        assert connection.execute("SELECT count(*) FROM t").fetchone() == (0,)


def test_layout_is_in_the_catalog(connection: psycopg.Connection[Any], schema: str) -> None:
    connection.execute(
        "CREATE TABLE t (a int ENCODE az64, b varchar NOT NULL) DISTKEY(a) SORTKEY(b, a)"
    )
    found = connection.execute(
        'SELECT "column", type, btrim(encoding), distkey, sortkey, "notnull" FROM pg_table_def '
        "WHERE schemaname = %s",
        (schema,),
    ).fetchall()
    assert found == [
        ("a", "integer", "az64", True, 2, False),
        ("b", "character varying(256)", "none", False, 1, True),
    ]
    info = 'SELECT diststyle, sortkey1, sortkey_num FROM svv_table_info WHERE "schema" = %s'
    assert connection.execute(info, (schema,)).fetchone() == ("KEY(a)", "b", 2)


def test_settings_of_redshift_are_kept(connection: psycopg.Connection[Any]) -> None:
    assert connection.execute("SHOW query_group").fetchone() == ("",)
    connection.execute("SET query_group TO 'loads'")
    assert connection.execute("SHOW query_group").fetchone() == ("loads",)
    connection.execute('CREATE TABLE "Mixed" ("Col" int)')
    assert connection.execute('SELECT m."COL" FROM "MIXED" AS m').fetchall() == []
    connection.execute("SET enable_case_sensitive_identifier TO true")
    with pytest.raises(psycopg.errors.UndefinedTable):
        connection.execute('SELECT * FROM "Mixed"')


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("nvl(NULL::int, 2)", 2),
        ("len('añb')", 3),
        ("charindex('b', 'abc')", 2),
        ("json_extract_path_text('{\"a\":{\"b\":1}}', 'a', 'b')", "1"),
        ("json_extract_path_text('{\"a\":1}', 'z')", ""),
        ("json_extract_array_element_text('[7, 8]', 1)", "8"),
        ("json_array_length('[7, 8]')", 2),
        ("is_valid_json('{\"a\":1}')", True),
        ("is_valid_json('nope')", False),
        ("can_json_parse('[1]')", True),
        ("json_serialize(json_parse('[1, 2.50]'))", "[1, 2.50]"),
        ("add_months('2008-02-29'::date, 1)", datetime.datetime.fromisoformat("2008-03-31")),
        ("last_day('2008-02-01'::date)", datetime.date(2008, 2, 29)),
        ("trunc('2008-02-01 10:11:12'::timestamp)", datetime.date(2008, 2, 1)),
        (
            "convert_timezone('UTC', 'America/New_York', '2008-01-01 12:00:00'::timestamp)",
            datetime.datetime.fromisoformat("2008-01-01 07:00"),
        ),
        ("sha2('abc', 224)", "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"),
        ("9.39::decimal", Decimal(9)),
        ("version() LIKE 'PostgreSQL 8.0.2 % Redshift 1.0.%%'", True),
        ("pg_typeof(sysdate)::text", "timestamp without time zone"),
        ("pg_typeof(getdate())::text", "timestamp without time zone"),
        ("pg_last_copy_id()", -1),
    ],
)
def test_functions_of_redshift(
    connection: psycopg.Connection[Any], expression: str, expected: object
) -> None:
    assert connection.execute(f"SELECT {expression}").fetchone() == (expected,)


def test_two_clients_load_at_once(connect: Connect, upload: Upload) -> None:
    source = upload("a.csv", b"".join(b"%d\n" % n for n in range(50_000)))
    with connect() as connection:
        connection.execute("CREATE TABLE t (a int)")

    def load() -> None:
        with connect() as own:
            own.execute(f"COPY t FROM '{source}' {ROLE} CSV")

    threads = [threading.Thread(target=load) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with connect() as connection:
        found = connection.execute("SELECT count(*), sum(a) FROM t").fetchone()
    assert found == (100_000, 2 * 49_999 * 25_000)


def test_a_large_result_passes_whole(connection: psycopg.Connection[Any]) -> None:
    rows = connection.execute(
        "SELECT i, repeat('Zé', i % 50) FROM generate_series(1, 100000) i"
    ).fetchall()
    assert len(rows) == 100_000
    assert rows[-1] == (100_000, "")
    assert rows[98] == (99, "Zé" * 49)
    wide = connection.execute("SELECT repeat('x', 3000000), 'end'").fetchone()
    assert wide == ("x" * 3_000_000, "end")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"password": "wrong"}, 'password authentication failed for user "awsuser"'),
        ({"user": "nobody-known"}, 'password authentication failed for user "nobody-known"'),
        ({"user": "rdsdb"}, 'password authentication failed for user "rdsdb"'),
        ({"dbname": "nowhere"}, 'database "nowhere" does not exist'),
        ({"sslmode": "require"}, "server does not support SSL"),
    ],
)
def test_a_login_is_refused(connect: Connect, changes: dict[str, str], message: str) -> None:
    with pytest.raises(psycopg.OperationalError, match=message):
        connect(**changes)


def test_users_made_with_sql_log_in(connect: Connect, connection: psycopg.Connection[Any]) -> None:
    connection.execute("CREATE USER reporter PASSWORD 'Another-one-2'")
    try:
        with connect(user="reporter", password="Another-one-2") as own:
            assert own.execute("SELECT current_user").fetchone() == ("reporter",)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                own.execute("INSERT INTO pg_gluelocal.session_loads VALUES (1, 1, 1, 1)")
    finally:
        connection.execute("DROP USER reporter")


def test_a_running_query_is_cancelled(connection: psycopg.Connection[Any]) -> None:
    timer = threading.Timer(0.3, connection.cancel)
    timer.start()
    with pytest.raises(psycopg.errors.QueryCanceled):
        connection.execute("SELECT pg_sleep(20)")
    assert connection.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        struct.pack(">II", 4, 0),
        struct.pack(">II", 9, 196608) + b"\xff",
        struct.pack(">II", 1 << 30, 196608),
        struct.pack(">II", 8, 2 << 16),
        b"\0\0",
    ],
)
def test_a_malformed_start_closes_that_connection_only(
    gateway: Any, connection: psycopg.Connection[Any], sent: bytes
) -> None:
    with socket.create_connection(("127.0.0.1", gateway.port), 5) as client:
        client.sendall(sent)
        client.shutdown(socket.SHUT_WR)
        answer = b""
        while data := client.recv(4096):
            answer += data
    assert answer[:1] == b"E"
    assert connection.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.parametrize(
    "sent", [b"~\0\0\0\4", b"Q\0\0\0\1", b"Q\0\0\0\6ab", b"P\0\0\0\5x", b"Q\xff\xff\xff\xff"]
)
def test_a_malformed_message_closes_that_connection_only(
    connect: Connect, connection: psycopg.Connection[Any], sent: bytes
) -> None:
    with connect() as broken:
        with socket.socket(fileno=socket.dup(broken.fileno())) as raw:
            raw.sendall(sent)
            raw.shutdown(socket.SHUT_WR)
            raw.settimeout(5)
            raw.setblocking(True)
            while raw.recv(4096):
                pass
        with pytest.raises(psycopg.OperationalError):
            broken.execute("SELECT 1")
    assert connection.execute("SELECT 1").fetchone() == (1,)


def test_secrets_stay_out_of_errors_and_logs(
    gateway: Any, connection: psycopg.Connection[Any], upload: Upload
) -> None:
    connection.execute("CREATE TABLE t (a int)")
    source = upload("a.csv", b"x\n")
    for statement in (
        f"COPY t FROM '{source}' CREDENTIALS 'aws_access_key_id=AK;aws_secret_access_key=HUSH' CSV",
        f"COPY t FROM '{source}' ACCESS_KEY_ID 'AK' SECRET_ACCESS_KEY 'HUSH' CSV NOPE",
        f"COPY t FROM '{source}' ACCESS_KEY_ID 'AK' SECRET_ACCESS_KEY 'HUSH' 'HUSH'",
        f"COPY zz FROM '{source}' ACCESS_KEY_ID 'AK' SECRET_ACCESS_KEY 'HUSH'",
    ):
        with pytest.raises(psycopg.Error) as raised:
            connection.execute(statement)
        shown = (
            f"{raised.value} {raised.value.diag.message_detail} {raised.value.diag.message_hint}"
        )
        assert "HUSH" not in shown
    logs = gateway.log + (gateway.state / "redshift" / "postgres.log").read_text()
    assert "HUSH" not in logs
    assert "Correct-horse-1" not in logs
