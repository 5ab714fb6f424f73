"""Job runs that read from and write to databases, as the service starts them."""

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.spark, pytest.mark.slow, pytest.mark.usefixtures("connections")]

SCRIPTS = Path(__file__).parent / "scripts"
DRIVER = "org.postgresql:postgresql:42.7.3"
BUCKET = "database-jobs"
Query = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def query(local_account: Any) -> Iterator[Query]:
    connection = local_account.redshift()
    connection.autocommit = True

    def run(sql: str) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return [tuple(row) for row in cursor.fetchall()] if cursor.description else []

    yield run
    connection.close()


@pytest.fixture(scope="module")
def connections(local_account: Any) -> Iterator[None]:
    """A connection to the account's database by each of its drivers, and a bucket."""
    known, glue = local_account.environment, local_account.client("glue")
    address = "{REDSHIFT_HOST}:{REDSHIFT_PORT}/{REDSHIFT_DATABASE}".format(**known)
    names = {
        "read-redshift": "redshift",
        "upsert-redshift": "redshift",
        "read-postgres": "postgresql",
    }
    for name, kind in names.items():
        glue.create_connection(
            ConnectionInput={
                "Name": name,
                "ConnectionType": "JDBC",
                "ConnectionProperties": {
                    "JDBC_CONNECTION_URL": f"jdbc:{kind}://{address}",
                    "USERNAME": known["REDSHIFT_USER"],
                    "PASSWORD": known["REDSHIFT_PASSWORD"],
                },
            }
        )
    local_account.client("s3").create_bucket(Bucket=BUCKET)
    yield
    for name in names:
        glue.delete_connection(ConnectionName=name)


@pytest.fixture
def upsert(run_job: Any, query: Query) -> Iterator[Callable[[str, str], Any]]:
    query("CREATE SCHEMA upsert")

    def run(form: str, rows: str) -> Any:
        return run_job(
            SCRIPTS / "upsert_redshift.py", form=form, rows=rows, TempDir=f"s3://{BUCKET}/tmp/"
        )

    yield run
    query("DROP SCHEMA upsert CASCADE")


@pytest.mark.parametrize("form", ["merge", "delete"])
def test_an_upsert_of_glue_studio(
    upsert: Callable[[str, str], Any], query: Query, form: str
) -> None:
    query("CREATE TABLE upsert.movies (snum INTEGER, title VARCHAR, rating DECIMAL(3,1))")
    query("INSERT INTO upsert.movies VALUES (1, 'one', 9.3), (2, 'two', 8.0)")
    ended = upsert(form, "(9.2, 'One', 1), (7.0, null, 3)")
    assert ended.state == "SUCCEEDED", ended.logs
    assert query("SELECT snum, title, rating FROM upsert.movies ORDER BY snum") == [
        (1, "One", Decimal("9.2")),
        (2, "two", Decimal("8.0")),
        (3, None, Decimal("7.0")),
    ]
    left = query("SELECT tablename FROM pg_tables WHERE schemaname = 'upsert'")
    assert left == [("movies",)]


def test_what_an_end_has_committed_stays(upsert: Callable[[str, str], Any], query: Query) -> None:
    broken = upsert("broken", "(9.3, 'one', 1)")
    assert broken.state == "FAILED"
    assert "was rolled back (but for what its END had committed): SELEC: " in broken.error
    assert query("SELECT count(*) FROM upsert.movies_temp_3fa9c1") == [(1,)]


@pytest.fixture
def driver_url(spark: Any, local_account: Any) -> str:
    """PostgreSQL's driver in the account's S3."""
    address = spark._jvm.java.net.URI(f"ivy://{DRIVER}?transitive=false")
    resolved = spark._jvm.org.apache.spark.util.DependencyUtils.resolveMavenDependencies(address)
    jar = Path(resolved.apply(0))
    local_account.client("s3").upload_file(str(jar), BUCKET, "postgresql.jar")
    return f"s3://{BUCKET}/postgresql.jar"


@pytest.fixture
def tables(local_account: Any, query: Query) -> Iterator[None]:
    """Tables in the database and in the catalog."""
    query("CREATE SCHEMA reading")
    query(
        "CREATE TABLE reading.typed (d decimal(10,2), f boolean, y date, m timestamp, "
        "z timestamptz, e float8, i int, t varchar(20))"
    )
    query(
        "INSERT INTO reading.typed VALUES (12.3, true, '2020-02-29', '2020-01-02 03:04:05.25', "
        "'2020-01-02 03:04:05+02', 1.5, 7, 'x'), "
        "(NULL, NULL, NULL, NULL, NULL, NULL, NULL, ''), "
        "(NULL, NULL, NULL, NULL, NULL, NULL, 8, NULL)"
    )
    query("CREATE TABLE reading.bytes (v varbyte(3))")
    query("CREATE TABLE reading.copies (i int, t varchar(20))")
    glue = local_account.client("glue")
    glue.create_database(DatabaseInput={"Name": "reading"})
    for name, connection, table in (
        ("dev_reading_typed", "read-redshift", "dev.reading.typed"),
        ("postgres_typed", "read-postgres", "dev.reading.typed"),
        ("postgres_copies", "read-postgres", "dev.reading.copies"),
    ):
        glue.create_table(
            DatabaseName="reading",
            TableInput={
                "Name": name,
                "StorageDescriptor": {"Location": table, "Columns": [{"Name": "i", "Type": "int"}]},
                "Parameters": {
                    "typeOfData": "table",
                    "connectionName": connection,
                    "classification": connection.removeprefix("read-"),
                },
            },
        )
    yield
    for table in glue.get_tables(DatabaseName="reading")["TableList"]:
        glue.delete_table(DatabaseName="reading", Name=table["Name"])
    glue.delete_database(Name="reading")
    query("DROP SCHEMA reading CASCADE")


@pytest.mark.usefixtures("tables")
def test_tables_of_databases_are_read_with_their_types(
    run_job: Any, local_account: Any, query: Query, driver_url: str
) -> None:
    ended = run_job(
        SCRIPTS / "read_databases.py",
        **{"TempDir": f"s3://{BUCKET}/read/", "extra-jars": driver_url},
    )
    assert ended.state == "SUCCEEDED", ended.logs
    shown = [line.split("FOUND ", 1)[1] for line in ended.logs.splitlines() if "FOUND " in line]
    found = {name: json.loads(text) for name, text in (one.split(": ", 1) for one in shown)}
    schema = (
        "struct<d:decimal(10,2),f:boolean,y:date,m:timestamp,z:timestamp,e:double,i:int,t:string>"
    )
    full = [
        [
            "12.30",
            "true",
            "2020-02-29",
            "2020-01-02 03:04:05.25",
            "2020-01-02 01:04:05",
            "1.5",
            "7",
            "x",
        ],
        [None, None, None, None, None, None, "8", None],
        [None, None, None, None, None, None, None, ""],
    ]
    rows = sorted(full, key=str)
    for name in ("options", "catalog", "postgresql"):
        assert found[name] == {"schema": schema, "rows": rows}, name
    assert found["empty"] == {"schema": schema, "rows": []}
    assert found["query"] == {
        "schema": "struct<d:decimal(10,2),t:string>",
        "rows": [["12.30", "x's"]],
    }
    assert found["no table"] == (
        'RedshiftReadError: reading "reading"."nothing" from Redshift failed: relation '
        '"reading.nothing" does not exist'
    )
    assert (
        "reading the Redshift column 'v' of the type number 17 is not supported" in found["bytes"]
    )
    assert "reading from Redshift needs redshift_tmp_dir" in found["no folder"]
    assert "needs dbtable, such as 'schema.table', or query" in found["both"]
    assert "the Redshift option DbUser is not supported" in found["DbUser"]
    assert query("SELECT i, t, count(*) FROM reading.copies GROUP BY 1, 2 ORDER BY 1, 2") == [
        (7, "x", 2),
        (8, None, 2),
        (None, "", 2),
    ]
    listed = local_account.client("s3").list_objects_v2(Bucket=BUCKET, Prefix="read/")["Contents"]
    folders = {entry["Key"].split("/")[1] for entry in listed}
    assert len(folders) == 3, "one folder for each read that gave rows"
    assert known_password(local_account) not in ended.logs


def known_password(local_account: Any) -> str:
    return str(local_account.environment["REDSHIFT_PASSWORD"])
