"""Formats besides CSV: cases/formats.yaml for text, real files for Parquet and Avro."""

import bz2
import gzip
import io
from pathlib import Path
from typing import Any

import fastavro
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from gluelocal.crawler import CrawlError
from gluelocal.crawler.formats import registered
from gluelocal.crawler.formats.csv import Csv

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "formats.yaml").read_text())


def _content(case: dict[str, Any]) -> bytes:
    if "content_bytes" in case:
        return bytes.fromhex(case["content_bytes"])
    content: bytes = case["content"].encode()
    if case.get("gzip"):
        return gzip.compress(content)
    return bz2.compress(content) if case.get("bzip2") else content


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_file_becomes_the_expected_table_or_error(case: dict[str, Any], place: Any) -> None:
    place.put("data/file", _content(case))
    if "error" in case:
        with pytest.raises(CrawlError) as raised:
            place.crawl()
        assert case["error"] in str(raised.value)
        assert place.url("data/file") in str(raised.value)
        assert place.table_names() == []
        return

    place.crawl()

    assert place.columns("data") == case["columns"]
    table = place.table("data")
    for key, value in case.get("parameters", {}).items():
        assert table["Parameters"].get(key) == value, key
    for key in case.get("absent", ()):
        assert key not in table["Parameters"]
    if "serde" in case:
        assert table["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"] == case["serde"]
    assert table["StorageDescriptor"]["Compressed"] is case.get("compressed", False)


def test_parquet_types_come_from_the_footer(place: Any) -> None:
    schema = pa.schema(
        [
            ("Id", pa.int32()),
            ("big", pa.int64()),
            ("small", pa.uint8()),
            ("price", pa.decimal128(10, 2)),
            ("at", pa.timestamp("ms")),
            ("day", pa.date32()),
            ("ok", pa.bool_()),
            ("raw", pa.binary()),
            ("tags", pa.list_(pa.string())),
            ("place", pa.struct([("lat", pa.float64())])),
            ("seen", pa.map_(pa.string(), pa.int64())),
            ("kind", pa.dictionary(pa.int32(), pa.string())),
        ]
    )
    file = io.BytesIO()
    pq.write_table(schema.empty_table(), file)
    place.put("data/file.parquet", file.getvalue())
    place.crawl()
    assert place.columns("data") == [
        "id: int",
        "big: bigint",
        "small: smallint",
        "price: decimal(10,2)",
        "at: timestamp",
        "day: date",
        "ok: boolean",
        "raw: binary",
        "tags: array<string>",
        "place: struct<lat:double>",
        "seen: map<string,bigint>",
        "kind: string",
    ]


def test_parquet_rows_are_counted_even_in_a_file_beyond_the_sample(place: Any) -> None:
    file = io.BytesIO()
    pq.write_table(pa.table({"n": range(400_000)}), file, compression="none")
    assert len(file.getvalue()) > 2 * 1024 * 1024
    place.put("data/file.parquet", file.getvalue())
    place.crawl()
    table = place.table("data")
    assert place.columns("data") == ["n: bigint"]
    assert table["Parameters"]["recordCount"] == "400000"
    assert table["Parameters"]["compressionType"] == "none"
    assert table["StorageDescriptor"]["SerdeInfo"] == {
        "SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
        "Parameters": {"serialization.format": "1"},
    }


@pytest.mark.parametrize("count", [3, 300_000])
def test_avro_types_come_from_the_header(count: int, place: Any) -> None:
    schema = {
        "type": "record",
        "name": "Film",
        "fields": [
            {"name": "Title", "type": "string"},
            {"name": "votes", "type": ["null", "long"]},
            {"name": "day", "type": {"type": "int", "logicalType": "date"}},
            {
                "name": "best",
                "type": {
                    "type": "record",
                    "name": "Person",
                    "fields": [{"name": "age", "type": "int"}],
                },
            },
            {"name": "others", "type": {"type": "array", "items": "Person"}},
            {
                "name": "price",
                "type": {"type": "bytes", "logicalType": "decimal", "precision": 8, "scale": 2},
            },
            {"name": "kind", "type": {"type": "enum", "name": "Kind", "symbols": ["A"]}},
        ],
    }
    file = io.BytesIO()
    record = {
        "Title": "Heat",
        "votes": 1,
        "day": 1,
        "best": {"age": 1},
        "others": [],
        "price": b"\x01",
        "kind": "A",
    }
    fastavro.writer(file, fastavro.parse_schema(schema), (record for _ in range(count)))
    place.put("data/file.avro", file.getvalue())
    place.crawl()
    assert place.columns("data") == [
        "title: string",
        "votes: bigint",
        "day: date",
        "best: struct<age:int>",
        "others: array<struct<age:int>>",
        "price: decimal(8,2)",
        "kind: string",
    ]
    table = place.table("data")
    assert int(table["Parameters"]["recordCount"]) == pytest.approx(count, rel=0.35)
    serde = table["StorageDescriptor"]["SerdeInfo"]["Parameters"]
    assert serde["serialization.format"] == "1"
    assert '"name": "Film"' in serde["avro.schema.literal"]


def test_a_json_array_beyond_the_sample_shows_its_whole_elements(place: Any) -> None:
    elements = ",".join(f'{{"n": {n}, "text": "filler filler filler"}}' for n in range(60_000))
    assert len(elements) > 2 * 1024 * 1024
    place.put("data/file.json", f"[{elements}]")
    place.crawl()
    assert place.columns("data") == ["array: array<struct<n:int,text:string>>"]


def test_two_formats_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="csv"):
        registered(Csv(), Csv())
