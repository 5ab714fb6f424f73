"""The proxy before a real Redshift gateway: which statements it sees, and how it breaks them."""

import time
from contextlib import closing

import pytest
import redshift_connector
from faults.warehouse_proxy import CONNECT, Cut, WarehouseProxy, WarehouseRule, label_of

BROKEN = (redshift_connector.Error, OSError)


@pytest.fixture(scope="module")
def proxy(local_account):
    made = WarehouseProxy(int(local_account.environment["REDSHIFT_PORT"]))
    made.start()
    yield made
    made.stop()


@pytest.fixture
def connect(proxy, local_account):
    """`connect()` is a connection through the proxy; all are closed, and the rule is taken away."""
    given = local_account.environment
    opened = []

    def connected():
        connection = redshift_connector.connect(
            host="127.0.0.1",
            port=proxy.port,
            database=given["REDSHIFT_DATABASE"],
            user=given["REDSHIFT_USER"],
            password=given["REDSHIFT_PASSWORD"],
            ssl=False,
        )
        opened.append(connection)
        return connection

    yield connected
    proxy.arm(None)
    for connection in opened:
        # Those that the proxy broke cannot say goodbye.
        try:
            connection.close()
        except BROKEN:
            continue


@pytest.fixture(autouse=True)
def _table(local_account):
    run(local_account, "drop table if exists proxied", "create table proxied (n integer)")
    yield
    run(local_account, "drop table proxied")


def run(local_account, *statements):
    with closing(local_account.redshift()) as connection, closing(connection.cursor()) as cursor:
        for statement in statements:
            cursor.execute(statement)
        connection.commit()


def numbers(local_account):
    with closing(local_account.redshift()) as connection, closing(connection.cursor()) as cursor:
        cursor.execute("select n from proxied order by n")
        return [row[0] for row in cursor.fetchall()]


def insert(connection, number):
    connection.cursor().execute(f"insert into proxied values ({number})")


def test_statements_are_counted_by_their_labels(connect, proxy):
    connection = connect()
    proxy.arm(None)
    insert(connection, 1)
    connection.commit()
    insert(connection, 2)
    connection.commit()
    assert proxy.counts() == {"BEGIN": 2, "INSERT proxied": 2, "COMMIT": 2}


@pytest.mark.parametrize("cut", [Cut.BEFORE, Cut.AFTER])
def test_a_commit_whose_answer_never_comes_is_done_or_not(cut, connect, proxy, local_account):
    connection = connect()
    insert(connection, 1)
    rule = WarehouseRule("COMMIT", 1, cut)
    proxy.arm(rule)
    with pytest.raises(BROKEN):
        connection.commit()
    assert rule.fired == 1
    assert numbers(local_account) == ([1] if cut is Cut.AFTER else [])


def test_a_connection_that_breaks_during_a_statement_undoes_its_transaction(
    connect, proxy, local_account
):
    connection = connect()
    proxy.arm(WarehouseRule("INSERT proxied", 2, Cut.DURING, seconds=0.1))
    insert(connection, 1)
    with pytest.raises(BROKEN):
        insert(connection, 2)
    assert numbers(local_account) == []


def test_the_act_comes_after_the_commit_whose_answer_is_lost(connect, proxy, local_account):
    seen = []
    connection = connect()
    insert(connection, 1)
    proxy.arm(
        WarehouseRule("COMMIT", 1, Cut.AFTER, act=lambda: seen.append(numbers(local_account)))
    )
    with pytest.raises(BROKEN):
        connection.commit()
    assert seen == [[1]]


def test_no_new_connection_is_let_through_when_the_rule_says_so(connect, proxy):
    connection = connect()
    insert(connection, 1)
    proxy.arm(WarehouseRule("COMMIT", 1, Cut.AFTER, refuse_after=True))
    with pytest.raises(BROKEN):
        connection.commit()
    with pytest.raises(BROKEN):
        connect()
    proxy.arm(None)
    connect()


def test_a_slow_statement_arrives_all_the_same(connect, proxy, local_account):
    connection = connect()
    proxy.arm(WarehouseRule("INSERT proxied", 1, Cut.SLOW, seconds=0.3))
    started = time.monotonic()
    insert(connection, 1)
    assert time.monotonic() - started >= 0.3
    connection.commit()
    assert numbers(local_account) == [1]


def test_a_connection_can_be_broken_too(connect, proxy):
    proxy.arm(WarehouseRule(CONNECT, 1, Cut.BEFORE))
    with pytest.raises(BROKEN):
        connect()
    connect()


@pytest.mark.parametrize(
    ("sql", "label"),
    [
        ("commit", "COMMIT"),
        ("begin transaction", "BEGIN"),
        (
            "COPY movies.imdb_movies_stage_0a1b FROM 's3://b/manifest.json'",
            "COPY the staging table",
        ),
        ("insert into movies.loads (load_id) values ('x from y')", "INSERT loads"),
        ("create table if not exists movies.loads (n integer)", "CREATE loads"),
        ("drop table if exists movies.imdb_movies_stage_1", "DROP the staging table"),
        ("lock table movies.imdb_movies", "LOCK imdb_movies"),
        ("select 'rows from COPY' from movies.loads where n = 1", "SELECT loads"),
        ('UNLOAD (\'SELECT "load_id" FROM "movies"."loads"\') TO \'s3://b/x/\'', "UNLOAD loads"),
    ],
)
def test_a_statement_is_known_by_its_kind_and_its_table(sql, label):
    assert label_of(sql) == label
