"""UNLOAD cases kept as data: a query in, files out."""

import bz2
import gzip
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import redshift_connector
import yaml

CASES = Path(__file__).parent / "cases"
BUCKET = "redshift-tests"
ROLE = "IAM_ROLE 'arn:aws:iam::000000000000:role/unloader'"
EXPAND: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.decompress,
    ".bz2": bz2.decompress,
    ".zst": lambda body: pa.CompressedInputStream(pa.BufferReader(body), "zstd").read(),
}
TABLES = """
CREATE TABLE plain (a int, b varchar(10));
INSERT INTO plain VALUES (1, 'x'), (2, ''), (3, NULL);
CREATE TABLE odd (t varchar(40));
INSERT INTO odd VALUES ('a|b'), (E'two\\nlines'), ('q"q'), ('back\\slash');
CREATE TABLE typed (d decimal(10,2), f boolean, y date, m timestamp, z timestamptz, e float8,
    i int, s super, v varbyte(2));
INSERT INTO typed VALUES (12.3, true, '2020-02-29', '2020-01-02 03:04:05.25',
    '2020-01-02 03:04:05+00', 1.5, 7, '{"a":[1]}', '\\x00ff');
INSERT INTO typed (d) VALUES (NULL);
"""
Connection = psycopg.Connection[Any]


def cases(name: str) -> list[Any]:
    found = yaml.safe_load((CASES / name).read_text())
    return [pytest.param(case, id=case.get("name") or case["statement"]) for case in found]


@pytest.fixture
def tables(connection: Connection) -> Connection:
    connection.execute("SET TimeZone = 'UTC'")
    for statement in TABLES.strip().split(";\n"):
        connection.execute(statement)
    return connection


@pytest.fixture
def prefix(upload: Callable[[str, bytes], str]) -> str:
    """An address under which there is nothing yet."""
    return upload("marker", b"").removesuffix("marker") + "out"


def found_files(s3: Any, prefix: str) -> dict[str, bytes]:
    start = prefix.removeprefix(f"s3://{BUCKET}/")
    listed = s3.list_objects_v2(Bucket=BUCKET, Prefix=start).get("Contents", [])
    return {
        entry["Key"].removeprefix(start): s3.get_object(Bucket=BUCKET, Key=entry["Key"])[
            "Body"
        ].read()
        for entry in listed
    }


def unload(query: str, prefix: str, options: str = "") -> str:
    quoted = query.replace("'", "''")
    return f"UNLOAD ('{quoted}') TO '{prefix}' {ROLE} {options}"


@pytest.mark.parametrize("case", cases("unload.yaml"))
def test_an_unload_gives_these_files(
    case: dict[str, Any], tables: Connection, s3: Any, prefix: str
) -> None:
    if case.get("bare"):
        statement = f"UNLOAD ({case['query']}) TO '{prefix}' {ROLE} {case['options']}"
    elif case.get("raw"):
        statement = f"UNLOAD ('{case['query']}') TO '{prefix}' {ROLE} {case['options']}"
    else:
        statement = unload(case["query"], prefix, case["options"])
    tables.execute(statement)
    files = found_files(s3, prefix)
    if "parquet" in case:
        assert list(files) == [case["parquet"]]
        table = pq.read_table(io.BytesIO(files[case["parquet"]]))
        assert [str(field.type) for field in table.schema] == case["types"]
        rows = [
            [None if value is None else str(value) for value in row.values()]
            for row in table.to_pylist()
        ]
        assert rows == case["rows"]
        return
    texts = {
        name: EXPAND.get(Path(name).suffix, lambda body: body)(body).decode()
        for name, body in files.items()
    }
    assert texts == case["files"]


@pytest.mark.parametrize("case", cases("unload_refused.yaml"))
def test_an_unload_that_is_refused(
    case: dict[str, Any], tables: Connection, s3: Any, prefix: str
) -> None:
    with pytest.raises(psycopg.Error) as raised:
        tables.execute(case["statement"].replace("{to}", prefix))
    assert raised.value.sqlstate == case["sqlstate"]
    assert case["message"] in str(raised.value)
    assert "AKIAHIDDEN" not in str(raised.value)
    assert found_files(s3, prefix) == {}
    assert tables.execute("SELECT count(*) FROM plain").fetchall() == [(3,)]


def test_files_that_are_there_are_kept(tables: Connection, s3: Any, prefix: str) -> None:
    tables.execute(unload("select a from plain order by a", prefix))
    with pytest.raises(psycopg.Error, match="Specified unload destination on S3 is not empty"):
        tables.execute(unload("select 9", prefix))
    assert found_files(s3, prefix) == {"0000_part_00": b"1\n2\n3\n"}
    tables.execute(unload("select 9", prefix, "ALLOWOVERWRITE MANIFEST"))
    assert found_files(s3, prefix)["0000_part_00"] == b"9\n"
    tables.execute(unload("select 8", prefix, "CLEANPATH PARALLEL OFF"))
    assert found_files(s3, prefix) == {"000": b"8\n"}


def test_cleanpath_with_partitions_cleans_what_it_writes(
    tables: Connection, s3: Any, prefix: str
) -> None:
    tables.execute(unload("select a, b from plain where a < 3", prefix, "CSV PARTITION BY (b)"))
    tables.execute(
        unload("select 7, 'x' as b", prefix, "CSV PARTITION BY (b) CLEANPATH PARALLEL OFF")
    )
    assert found_files(s3, prefix) == {"/b=/0000_part_00": b"2\n", "/b=x/000": b"7\n"}


def test_a_manifest_can_be_copied_back(tables: Connection, s3: Any, prefix: str) -> None:
    tables.execute(unload("select a, b from plain", prefix, "PARQUET MANIFEST"))
    files = found_files(s3, prefix)
    assert json.loads(files["manifest"]) == {
        "entries": [
            {
                "url": f"{prefix}0000_part_00.parquet",
                "meta": {"content_length": len(files["0000_part_00.parquet"])},
            }
        ]
    }
    tables.execute("CREATE TABLE again (LIKE plain)")
    tables.execute(f"COPY again FROM '{prefix}manifest' {ROLE} PARQUET MANIFEST")
    rows = tables.execute("SELECT * FROM again ORDER BY a").fetchall()
    assert rows == [(1, "x"), (2, ""), (3, None)]


def test_a_verbose_manifest_tells_types_and_counts(
    tables: Connection, s3: Any, prefix: str
) -> None:
    query = "select a, b, 1.5::decimal(3,1) as c, false as d from plain"
    tables.execute(unload(query, prefix, "HEADER MANIFEST VERBOSE"))
    files = found_files(s3, prefix)
    size = len(files["0000_part_00"])
    assert json.loads(files["manifest"]) == {
        "entries": [
            {
                "url": f"{prefix}0000_part_00",
                "meta": {"content_length": size, "record_count": 4},
            }
        ],
        "schema": {
            "elements": [
                {"name": "a", "type": {"base": "integer"}},
                {"name": "b", "type": {"base": "character varying", "max_length": 10}},
                {"name": "c", "type": {"base": "numeric", "precision": 3, "scale": 1}},
                {"name": "d", "type": {"base": "boolean"}},
            ]
        },
        "meta": {"content_length": size, "record_count": 4},
        "author": {"name": "Amazon Redshift", "version": "1.0.0"},
    }


def test_many_rows_go_to_several_files(tables: Connection, s3: Any, prefix: str) -> None:
    query = "select n, repeat('x', 90) from generate_series(1, 120000) as g(n) order by n"
    tables.execute(unload(query, prefix, "MAXFILESIZE 5 MB"))
    files = found_files(s3, prefix)
    assert list(files) == ["0000_part_00", "0000_part_01", "0000_part_02"]
    assert all(len(body) <= 5 << 20 for body in files.values())
    lines = b"".join(files.values()).splitlines()
    assert [int(line.split(b"|")[0]) for line in lines] == list(range(1, 120001))


def test_an_unload_sees_its_own_transaction(
    connect: Callable[..., Connection], tables: Connection, s3: Any, prefix: str
) -> None:
    notices: list[str] = []
    with connect(autocommit=False) as other:
        other.add_notice_handler(lambda notice: notices.append(notice.message_primary or ""))
        other.execute("INSERT INTO plain VALUES (4, 'new')")
        other.execute(unload("select a from plain order by a desc", prefix))
        other.rollback()
    assert found_files(s3, prefix) == {"0000_part_00": b"4\n3\n2\n1\n"}
    assert notices == ["UNLOAD completed, 4 record(s) unloaded successfully."]
    assert tables.execute("SELECT count(*) FROM plain").fetchall() == [(3,)]


def test_a_failed_unload_aborts_the_transaction_and_the_session_goes_on(
    connect: Callable[..., Connection], tables: Connection, prefix: str
) -> None:
    before = tables.execute("SELECT count(*) FROM plain").fetchall()
    with connect(autocommit=False) as other:
        other.execute("INSERT INTO plain VALUES (4, 'new')")
        with pytest.raises(psycopg.Error, match="division by zero"):
            other.execute(unload("select 1/(a-4) from plain order by a", prefix))
        with pytest.raises(psycopg.Error, match="current transaction is aborted"):
            other.execute("SELECT 1")
        other.rollback()
        assert other.execute("SELECT count(*) FROM plain").fetchall() == before


@pytest.mark.usefixtures("tables")
def test_redshift_connector_unloads(gateway: Any, schema: str, s3: Any, prefix: str) -> None:
    with (
        redshift_connector.connect(
            host="127.0.0.1",
            port=gateway.port,
            database="dev",
            user="awsuser",
            password="Correct-horse-1",
            ssl=False,
        ) as other,
        other.cursor() as cursor,
    ):
        cursor.execute(unload(f"select a from {schema}.plain order by a", prefix))
        cursor.execute(unload("select 5", prefix + "2"))
    assert found_files(s3, prefix) == {"0000_part_00": b"1\n2\n3\n", "20000_part_00": b"5\n"}
