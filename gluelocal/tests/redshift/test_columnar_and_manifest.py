"""COPY of Parquet and Avro files, and of what a manifest lists."""

import datetime
import io
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import fastavro
import psycopg
import pyarrow as pa
import pyarrow.parquet
import pytest

Upload = Callable[[str, bytes], str]
ROLE = "IAM_ROLE default"


def parquet(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    pyarrow.parquet.write_table(table, sink)
    return sink.getvalue()


def avro(fields: list[dict[str, Any]], records: list[dict[str, Any]], codec: str = "null") -> bytes:
    sink = io.BytesIO()
    schema = {"type": "record", "name": "row", "fields": fields}
    fastavro.writer(sink, fastavro.parse_schema(schema), records, codec=codec)
    return sink.getvalue()


def test_parquet_loads_by_position_and_exactly(
    connection: psycopg.Connection[Any], upload: Upload
) -> None:
    moment = datetime.datetime.fromisoformat("2024-01-02 03:04:05.678901")
    table = pa.table(
        {
            "zzz": pa.array([1, None], pa.int64()),
            "yyy": pa.array(['a,"b"\n\\N', None]),
            "xxx": pa.array([Decimal("9.3"), None], pa.decimal128(10, 4)),
            "www": pa.array([datetime.date(2024, 2, 29), None]),
            "vvv": pa.array([moment, None], pa.timestamp("ns")),
            "uuu": pa.array([True, None]),
            "ttt": pa.array([0.1, None]),
            "sss": pa.array([moment, None], pa.timestamp("us", "UTC")),
            "rrr": pa.array(["", None]).dictionary_encode(),
        }
    )
    connection.execute(
        "CREATE TABLE t (a int, b varchar(20), c decimal(3,1), d date, e timestamp, f boolean, "
        "g float8, h timestamptz, i varchar)"
    )
    source = upload("part-0.parquet", parquet(table))
    connection.execute(f"COPY t FROM '{source}' {ROLE} FORMAT AS PARQUET")
    utc = moment.replace(tzinfo=datetime.UTC)
    day = datetime.date(2024, 2, 29)
    expected = (1, 'a,"b"\n\\N', Decimal("9.3"), day, moment, True, 0.1, utc, "")
    rows = connection.execute("SELECT * FROM t ORDER BY a").fetchall()
    assert rows == [expected, (None,) * 9]


@pytest.mark.parametrize(
    ("columns", "found", "detail"),
    [
        ("a int, b int", pa.table({"a": [1]}), "Unmatched number of columns"),
        ("a int", pa.table({"a": ["x"]}), "incompatible Parquet schema for column 'a'"),
        ("a varchar", pa.table({"a": [1]}), "incompatible Parquet schema for column 'a'"),
        ("a smallint", pa.table({"a": [40000]}), "Value out of range"),
        ("a varchar(2)", pa.table({"a": ["abc"]}), "length exceeds DDL length"),
        ("a int not null", pa.table({"a": pa.array([None], pa.int32())}), "Missing data"),
    ],
)
def test_parquet_that_does_not_fit(
    connection: psycopg.Connection[Any],
    upload: Upload,
    columns: str,
    found: pa.Table,
    detail: str,
) -> None:
    connection.execute(f"CREATE TABLE t ({columns})")
    source = upload("a.parquet", parquet(found))
    with pytest.raises(psycopg.Error) as raised:
        connection.execute(f"COPY t FROM '{source}' {ROLE} PARQUET")
    recorded = connection.execute(
        "SELECT btrim(err_reason) FROM stl_load_errors WHERE query = pg_last_query_id()"
    ).fetchall()
    assert detail in f"{raised.value.diag.message_detail} {recorded}"
    assert connection.execute("SELECT count(*) FROM t").fetchone() == (0,)


@pytest.mark.parametrize("body", [b"PAR1 this is none", b"Obj\x01 neither"])
@pytest.mark.parametrize("form", ["PARQUET", "AVRO 'auto'"])
def test_a_columnar_file_that_is_none(
    connection: psycopg.Connection[Any], upload: Upload, form: str, body: bytes
) -> None:
    connection.execute("CREATE TABLE t (a int)")
    with pytest.raises(psycopg.Error) as raised:
        connection.execute(f"COPY t FROM '{upload('a', body)}' {ROLE} {form}")
    shown = f"{raised.value} {raised.value.diag.message_detail}"
    assert "no valid" in shown
    assert connection.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.parametrize("codec", ["null", "deflate"])
def test_avro_loads_by_name_and_exactly(
    connection: psycopg.Connection[Any], upload: Upload, codec: str
) -> None:
    exact = {"type": "bytes", "logicalType": "decimal", "precision": 10, "scale": 4}
    moment = {"type": "long", "logicalType": "timestamp-micros"}
    fields = [
        {"name": "ignored", "type": "string"},
        {"name": "c", "type": ["null", exact]},
        {"name": "b", "type": ["null", "string"]},
        {"name": "a", "type": ["null", "string", "long"]},
        {"name": "e", "type": ["null", moment]},
        {"name": "s", "type": {"type": "array", "items": "int"}},
    ]
    when = datetime.datetime(2024, 1, 2, 3, 4, 5, 6, tzinfo=datetime.UTC)
    records = [
        {"ignored": "", "c": Decimal("9.3"), "b": "", "a": "12", "e": when, "s": [1, 2]},
        {"ignored": "", "c": None, "b": None, "a": 7, "e": None, "s": []},
    ]
    connection.execute(
        "CREATE TABLE t (a int, b varchar, c decimal(3,1), d date, e timestamp, s varchar)"
    )
    source = upload("a.avro", avro(fields, records, codec))
    connection.execute(f"COPY t FROM '{source}' {ROLE} FORMAT AS AVRO 'auto'")
    assert connection.execute("SELECT * FROM t ORDER BY a").fetchall() == [
        (7, None, None, None, None, "[]"),
        (12, "", Decimal("9.3"), None, when.replace(tzinfo=None), "[1,2]"),
    ]


def test_avro_texts_are_checked_by_column(
    connection: psycopg.Connection[Any], upload: Upload
) -> None:
    source = upload("a.avro", avro([{"name": "a", "type": "string"}], [{"a": "1"}, {"a": "x"}]))
    connection.execute("CREATE TABLE t (a int)")
    connection.execute(f"COPY t FROM '{source}' {ROLE} AVRO 'auto' MAXERROR 2")
    assert connection.execute("SELECT * FROM t").fetchall() == [(1,)]
    found = connection.execute(
        "SELECT line_number, err_code FROM stl_load_errors WHERE query = pg_last_query_id()"
    ).fetchall()
    assert found == [(2, 1207)]


def manifest(*entries: dict[str, Any]) -> bytes:
    return json.dumps({"entries": entries}).encode()


def test_a_manifest_lists_exactly_what_is_loaded(
    connection: psycopg.Connection[Any], upload: Upload
) -> None:
    first, second = upload("data/1", b"1\n"), upload("data/2", b"2\n")
    upload("data/3", b"3\n")
    listed = upload(
        "m.json",
        manifest(
            {"url": first, "mandatory": True, "meta": {"content_length": 2}},
            {"url": second},
            {"url": second + "-missing"},
            {"url": second},
        ),
    )
    connection.execute("CREATE TABLE t (a int)")
    connection.execute(
        f"COPY t (\"A\") FROM '{listed}' FORMAT AS CSV GZIP".replace(" GZIP", "")
        + " manifest REGION 'us-east-1' COMPUPDATE OFF STATUPDATE ON CREDENTIALS 'aws_iam_role=x'"
    )
    rows = connection.execute("SELECT a FROM t ORDER BY a").fetchall()
    assert rows == [(1,), (2,), (2,)]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"entries": [{"url": "s3://redshift-tests/none", "mandatory": true}]}', "NoSuchKey"),
        (b'{"entries": [{"url": "s3://redshift-tests/none"}]}', "None of the files"),
        (b'{"entries": [{}]}', "Problem reading manifest file"),
        (b"no json", "Problem reading manifest file"),
    ],
)
def test_a_manifest_that_cannot_be_loaded(
    connection: psycopg.Connection[Any], upload: Upload, body: bytes, message: str
) -> None:
    connection.execute("CREATE TABLE t (a int)")
    with pytest.raises(psycopg.Error, match=message):
        connection.execute(f"COPY t FROM '{upload('m', body)}' {ROLE} CSV MANIFEST")


def test_a_manifest_must_be_a_whole_key(
    connection: psycopg.Connection[Any], upload: Upload
) -> None:
    connection.execute("CREATE TABLE t (a int)")
    folder = upload("x/", b"")
    with pytest.raises(psycopg.Error, match="requires full path of an S3 object"):
        connection.execute(f"COPY t FROM '{folder}' {ROLE} CSV MANIFEST")
    with pytest.raises(psycopg.Error, match="Problem reading manifest file - S3ServiceException"):
        connection.execute(f"COPY t FROM '{folder}none' {ROLE} CSV MANIFEST")
