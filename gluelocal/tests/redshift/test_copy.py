"""COPY cases kept as data: files in, rows and load errors out."""

import bz2
import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pytest
import yaml

CASES = Path(__file__).parent / "cases"
ROLE = "IAM_ROLE 'arn:aws:iam::000000000000:role/loader'"
COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bz2": bz2.compress,
    "zstd": lambda body: pa.compress(body, "zstd", asbytes=True),
}
STL = {
    "line": "line_number",
    "column": "btrim(colname)",
    "code": "err_code",
    "reason": "btrim(err_reason)",
    "value": "btrim(raw_field_value)",
    "raw": "btrim(raw_line)",
    "length": "btrim(col_length)",
    "type": "btrim(type)",
}


def cases(*names: str) -> list[Any]:
    found = [case for name in names for case in yaml.safe_load((CASES / name).read_text())]
    return [pytest.param(case, id=case.get("name") or case["statement"]) for case in found]


def texts(connection: psycopg.Connection[Any], table: str) -> list[list[str | None]]:
    """All rows with every value as PostgreSQL's text, sorted: a table has no order."""
    names = [column.name for column in connection.execute(f"SELECT * FROM {table}").description]
    listed = ", ".join(f'"{name}"::text' for name in names)
    return ordered([list(row) for row in connection.execute(f"SELECT {listed} FROM {table}")])


def ordered(rows: list[list[str | None]]) -> list[list[str | None]]:
    return sorted(rows, key=lambda row: [value or "" for value in row])


def load_errors(connection: psycopg.Connection[Any], keys: list[str]) -> list[dict[str, Any]]:
    listed = ", ".join(STL[key] for key in keys)
    rows = connection.execute(
        f"SELECT {listed} FROM stl_load_errors WHERE query = pg_last_query_id() "
        "ORDER BY line_number, colname"
    )
    return [dict(zip(keys, row, strict=True)) for row in rows]


@pytest.mark.parametrize("case", cases("copy_text.yaml", "copy_json.yaml"))
def test_a_copy_gives_these_rows_or_errors(
    case: dict[str, Any],
    connection: psycopg.Connection[Any],
    upload: Callable[[str, bytes], str],
) -> None:
    compress = COMPRESS.get(case.get("compress", ""), lambda body: body)
    for name, content in case["files"].items():
        body = content if isinstance(content, bytes) else content.encode()
        upload(f"data/{name}", compress(body))
    extra = upload("extra/", b"")
    for name, content in case.get("extra", {}).items():
        upload(f"extra/{name}", content.encode())
    source = upload("marker", b"").removesuffix("marker") + "data/" + case.get("from", "")
    connection.execute(f"CREATE TABLE t ({case['table']})")
    statement = (
        f"COPY t {case.get('columns', '')} FROM '{source}' {ROLE} "
        f"{case['options'].replace('{extra}', extra)}"
    )
    expected = case.get("rows")
    if expected is None:
        with pytest.raises(psycopg.Error) as raised:
            connection.execute(statement)
        message = case.get("message", "Load into table 't' failed.  Check 'stl_load_errors'")
        assert message.replace("{prefix}", source.split("/", 3)[3]) in str(raised.value)
    else:
        cursor = connection.execute(statement)
        assert cursor.statusmessage == f"COPY {len(expected)}"
        assert connection.execute("SELECT pg_last_copy_count()").fetchone() == (len(expected),)
    assert texts(connection, "t") == ordered(expected or [])
    wanted = case.get("errors", [])
    keys = [list(error) for error in wanted]
    got = load_errors(connection, list(STL)) if "message" not in case else []
    assert [
        {key: error[key] for key in chosen} for chosen, error in zip(keys, got, strict=True)
    ] == wanted


@pytest.mark.parametrize("case", cases("copy_refused.yaml"))
def test_a_copy_is_refused(
    case: dict[str, str],
    connection: psycopg.Connection[Any],
    upload: Callable[[str, bytes], str],
) -> None:
    connection.execute("CREATE TABLE target (a int, b varchar)")
    source = upload("a.csv", b"1,x\n")
    with pytest.raises(psycopg.Error) as raised:
        connection.execute(case["statement"].format(table="target", source=source))
    assert case["message"] in str(raised.value)
    assert raised.value.sqlstate == case["sqlstate"]
    assert "AKIAHIDDEN" not in str(raised.value)
    assert texts(connection, "target") == []
