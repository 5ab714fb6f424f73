"""Formats that carry their columns with them: Avro and Ion."""

import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import fastavro
import pytest
from pyspark.sql import Row

from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsglue.errors import DataReadError, InvalidOptionError, NotSupportedError
from awsglue.gluetypes import ChoiceType

pytestmark = pytest.mark.spark


def logical(kind: str, name: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "logicalType": name, **more}


def write_avro(
    file: Path, fields: dict[str, Any], *records: dict[str, Any], **options: Any
) -> None:
    schema = {
        "type": "record",
        "name": "r",
        "fields": [{"name": name, "type": kind} for name, kind in fields.items()],
    }
    with file.open("wb") as target:
        fastavro.writer(target, schema, records, **options)


def read(glue_context: GlueContext, path: Path, kind: str, **options: Any) -> DynamicFrame:
    return glue_context.create_dynamic_frame.from_options(
        "s3", {"paths": [f"file://{path}"]}, format=kind, format_options=options
    )


MOMENT = datetime.datetime(2020, 1, 2, 3, 4, 5, 678000, tzinfo=datetime.UTC)
LOGICAL = {
    "price": logical("bytes", "decimal", precision=5, scale=2),
    "day": logical("int", "date"),
    "at": logical("long", "timestamp-millis"),
    "micros": logical("long", "timestamp-micros"),
    "noon": logical("int", "time-millis"),
}
RECORD = {
    "price": Decimal("9.30"),
    "day": datetime.date(2020, 1, 2),
    "at": MOMENT,
    "micros": MOMENT,
    "noon": datetime.time(12),
}


@pytest.mark.parametrize(
    ("version", "types", "row"),
    [
        (
            {},
            ["binary", "int", "bigint", "bigint", "int"],
            (b"\x03\xa2", 18263, 1577934245678, 1577934245678000, 43200000),
        ),
        (
            {"version": "1.8"},
            ["decimal(5,2)", "date", "timestamp", "bigint", "int"],
            (
                Decimal("9.30"),
                datetime.date(2020, 1, 2),
                MOMENT.replace(tzinfo=None),
                1577934245678000,
                43200000,
            ),
        ),
    ],
)
def test_avro_logical_types_by_version(
    glue_context: GlueContext,
    tmp_path: Path,
    version: dict[str, str],
    types: list[str],
    row: tuple[Any, ...],
) -> None:
    write_avro(tmp_path / "a.avro", LOGICAL, RECORD)
    data = read(glue_context, tmp_path, "avro", **version).toDF()
    assert [kind for _, kind in data.dtypes] == types
    assert [tuple(found) for found in data.collect()] == [row]


@pytest.mark.parametrize("codec", ["null", "deflate", "bzip2", "xz"])
def test_avro_nested_and_compressed(glue_context: GlueContext, tmp_path: Path, codec: str) -> None:
    inner = {"type": "record", "name": "who", "fields": [{"name": "name", "type": "string"}]}
    fields = {
        "who": ["null", inner],
        "again": ["null", "who"],
        "tags": {"type": "array", "items": "string"},
        "counts": {"type": "map", "values": "long"},
        "kind": {"type": "enum", "name": "kind", "symbols": ["A", "B"]},
        "raw": {"type": "fixed", "name": "raw", "size": 2},
    }
    record = {
        "who": {"name": "ann"},
        "again": None,
        "tags": ["x"],
        "counts": {"n": 2**40},
        "kind": "B",
        "raw": b"ab",
    }
    write_avro(tmp_path / "a.avro", fields, record, codec=codec)
    [row] = read(glue_context, tmp_path, "avro").toDF().collect()
    assert tuple(row) == (Row(name="ann"), None, ["x"], {"n": 2**40}, "B", bytearray(b"ab"))


def test_avro_unions_are_choices_wherever_they_lie(
    glue_context: GlueContext, tmp_path: Path
) -> None:
    inner = {
        "type": "record",
        "name": "who",
        "fields": [{"name": "id", "type": ["int", "string"]}],
    }
    fields = {"id": ["null", "long", "string"], "who": inner}
    write_avro(
        tmp_path / "a.avro",
        fields,
        {"id": 1, "who": {"id": 1}},
        {"id": "x", "who": {"id": "y"}},
        {"id": None, "who": {"id": 2}},
    )
    frame = read(glue_context, tmp_path, "avro")
    types = {field.name: field.dataType for field in frame.schema()}
    assert isinstance(types["id"], ChoiceType)
    assert [name for name, _ in types["id"].children()] == ["long", "string"]
    data = frame.resolveChoice(specs=[("id", "cast:string"), ("who.id", "cast:string")]).toDF()
    assert [(row["id"], row["who"]["id"]) for row in data.collect()] == [
        ("1", "1"),
        ("x", "y"),
        (None, "2"),
    ]


def test_avro_files_of_several_schemas(glue_context: GlueContext, tmp_path: Path) -> None:
    write_avro(tmp_path / "a.avro", {"id": "int", "old": "string"}, {"id": 1, "old": "o"})
    write_avro(tmp_path / "b.avro", {"id": "string", "new": "double"}, {"id": "x", "new": 1.5})
    data = read(glue_context, tmp_path, "avro").resolveChoice(choice="make_cols").toDF()
    assert set(data.columns) == {"id_int", "id_string", "old", "new"}
    found = {(row["id_int"], row["id_string"], row["old"], row["new"]) for row in data.collect()}
    assert found == {(1, None, "o", None), (None, "x", None, 1.5)}


def test_avro_without_records_has_its_columns(glue_context: GlueContext, tmp_path: Path) -> None:
    write_avro(tmp_path / "a.avro", {"id": "long"})
    data = read(glue_context, tmp_path, "avro").toDF()
    assert data.dtypes == [("id", "bigint")]
    assert data.count() == 0


def test_what_avro_cannot_be_is_named(glue_context: GlueContext, tmp_path: Path) -> None:
    (tmp_path / "a.avro").write_bytes(b"id,name\n")
    with pytest.raises(DataReadError, match=r"a\.avro: it is no Avro object container file"):
        read(glue_context, tmp_path, "avro")
    with pytest.raises(InvalidOptionError, match=r"version '2' of avro .*valid: 1\.7, 1\.8"):
        read(glue_context, tmp_path, "avro", version="2")
    node = {
        "type": "record",
        "name": "node",
        "fields": [{"name": "next", "type": ["null", "node"]}],
    }
    write_avro(tmp_path / "a.avro", {"n": node}, {"n": {"next": None}})
    with pytest.raises(NotSupportedError, match=r"r\.n\.next, whose record contains itself"):
        read(glue_context, tmp_path, "avro")


ION = """
{id: 1, name: "ann", kind: big, price: 9.30, at: 2020-01-02T03:04:05Z, ok: true, raw: {{ YWI= }}}
{id: "x", name: null.string, list: [1, 2], who: {a: 1e0}}
"""


def test_ion(glue_context: GlueContext, tmp_path: Path) -> None:
    pytest.importorskip("amazon.ion.simpleion")
    (tmp_path / "a.ion").write_text(ION)
    frame = read(glue_context, tmp_path, "ion").resolveChoice(specs=[("id", "cast:string")])
    rows = sorted((row.asDict(True) for row in frame.toDF().collect()), key=lambda row: row["id"])
    assert rows == [
        {
            "id": "1",
            "name": "ann",
            "kind": "big",
            "price": Decimal("9.30"),
            "at": MOMENT.replace(microsecond=0, tzinfo=None),
            "ok": True,
            "raw": bytearray(b"ab"),
            "list": None,
            "who": None,
        },
        {
            "id": "x",
            "name": None,
            "kind": None,
            "price": None,
            "at": None,
            "ok": None,
            "raw": None,
            "list": [1, 2],
            "who": {"a": 1.0},
        },
    ]
