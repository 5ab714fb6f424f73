"""A crawl as a whole: what it refuses, how it is stopped, how little it reads."""

import io
import threading
from pathlib import Path
from typing import Any

import pytest
import yaml

from gluelocal.crawler import CrawlCancelled, CrawlClients, CrawlError, crawl

REFUSED = yaml.safe_load((Path(__file__).parent / "cases" / "refused.yaml").read_text())
SAMPLE = Path(__file__).parents[3] / "data" / "imdb_top_1000.csv"


def test_the_thousand_best_films_become_the_table_that_jobs_expect(place: Any) -> None:
    place.put("raw/imdb_movies/imdb_top_1000.csv", SAMPLE.read_bytes())

    summary = place.crawl("raw/imdb_movies/")

    assert summary.tables == ("imdb_movies",)
    assert (summary.tables_created, summary.tables_updated, summary.tables_deleted) == (1, 0, 0)
    table = place.table("imdb_movies")
    parameters = {
        "CrawlerSchemaSerializerVersion": "1.0",
        "CrawlerSchemaDeserializerVersion": "1.0",
        "UPDATED_BY_CRAWLER": "tester",
        "classification": "csv",
        "typeOfData": "file",
        "compressionType": "none",
        "delimiter": ",",
        "columnsOrdered": "true",
        "areColumnsQuoted": "false",
        "skip.header.line.count": "1",
        "objectCount": "1",
        "sizeKey": str(SAMPLE.stat().st_size),
        "averageRecordSize": "148",
        "recordCount": "1005",
    }
    assert table["Parameters"] == parameters
    assert table["StorageDescriptor"] == {
        "Columns": [
            {"Name": "series_title", "Type": "string"},
            {"Name": "released_year", "Type": "string"},
            {"Name": "certificate", "Type": "string"},
            {"Name": "runtime", "Type": "string"},
            {"Name": "genre", "Type": "string"},
            {"Name": "imdb_rating", "Type": "double"},
            {"Name": "meta_score", "Type": "bigint"},
            {"Name": "director", "Type": "string"},
            {"Name": "star1", "Type": "string"},
            {"Name": "star2", "Type": "string"},
            {"Name": "star3", "Type": "string"},
            {"Name": "star4", "Type": "string"},
            {"Name": "no_of_votes", "Type": "bigint"},
            {"Name": "gross", "Type": "string"},
        ],
        "Location": place.url("raw/imdb_movies/"),
        "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
        "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
        "Compressed": False,
        "NumberOfBuckets": -1,
        "SerdeInfo": {
            "SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
            "Parameters": {"field.delim": ","},
        },
        "BucketColumns": [],
        "SortColumns": [],
        "Parameters": parameters,
        "StoredAsSubDirectories": False,
    }
    assert table["PartitionKeys"] == []
    assert (table["TableType"], table["Owner"]) == ("EXTERNAL_TABLE", "owner")
    assert list(summary.log) == place.lines


@pytest.mark.parametrize("case", REFUSED, ids=[case["name"] for case in REFUSED])
def test_a_definition_that_cannot_be_crawled_is_refused(case: dict[str, Any], place: Any) -> None:
    place.put("data/file.csv", "a,b\n1,2\n")
    definition = {**case["definition"], "target": case.get("target", {})}
    with pytest.raises(CrawlError) as raised:
        place.crawl(**definition)
    assert case["error"] in str(raised.value)
    assert place.table_names() == []


def test_a_bucket_that_is_not_there(place: Any) -> None:
    targets = {"S3Targets": [{"Path": "s3://no-such-bucket-here/data/"}]}
    with pytest.raises(CrawlError, match=r"s3://no-such-bucket-here/data/ .*NoSuchBucket"):
        place.crawl(Targets=targets)


@pytest.mark.parametrize("asked", [0, 1, 2, 3])
def test_a_stopped_crawl_writes_nothing(asked: int, place: Any) -> None:
    for number in range(5):
        place.put(f"data/{number}/f.csv", f"a,b\n{number},2\n")
    answers = iter([False] * asked)
    with pytest.raises(CrawlCancelled):
        place.crawl(cancelled=lambda: next(answers, True))
    assert place.table_names() == []


def test_a_crawl_that_fails_at_its_last_target_writes_nothing(place: Any) -> None:
    place.put("data/f.csv", "a,b\n1,2\n")
    targets = {"S3Targets": [{"Path": place.url("data/")}, {"Path": "s3://no-such-bucket-here/"}]}
    with pytest.raises(CrawlError):
        place.crawl(Targets=targets)
    assert place.table_names() == []


def test_targets_that_overlap_make_one_table(place: Any) -> None:
    place.put("data/t/f.csv", "a,b\n1,2\n")
    targets = {"S3Targets": [{"Path": place.url("data/")}, {"Path": place.url("data/t/")}]}
    assert place.crawl(Targets=targets).tables == ("t",)


def test_tables_of_one_name_get_a_hash_behind_it_that_stays(place: Any) -> None:
    place.put("data/one/t/f.csv", "a,b\n1,2\n")
    place.put("data/two/t/f.json", '{"k": 1}')
    first = place.crawl()
    plain, hashed = first.tables
    assert plain == "t"
    assert hashed.startswith("t_") and len(hashed) == len("t_") + 32
    assert place.crawl().tables == first.tables


def test_a_table_of_somebody_else_keeps_its_name(place: Any) -> None:
    mine = {"Name": "data", "StorageDescriptor": {"Location": "s3://elsewhere/data/"}}
    place.clients.glue.create_table(DatabaseName=place.name, TableInput=mine)
    place.put("data/f.csv", "a,b\n1,2\n")
    (name,) = place.crawl().tables
    assert name.startswith("data_")
    assert place.table("data")["StorageDescriptor"]["Location"] == "s3://elsewhere/data/"


def test_listing_goes_on_after_the_first_page(place: Any) -> None:
    for number in range(7):
        place.put(f"data/f{number}.csv", "a,b\n1,2\n")
    pages: list[int] = []

    class SmallPages:
        """The real client, asked for three objects a page."""

        def __getattr__(self, name: str) -> Any:
            return getattr(place.clients.s3, name)

        def get_paginator(self, operation: str) -> Any:
            class Paginator:
                def paginate(self, **request: Any) -> Any:
                    paginator = place.clients.s3.get_paginator(operation)
                    for page in paginator.paginate(**request, PaginationConfig={"PageSize": 3}):
                        pages.append(len(page["Contents"]))
                        yield page

            return Paginator()

    clients = CrawlClients(place.clients.glue, SmallPages(), place.clients.secretsmanager)
    definition = {
        "Name": "tester",
        "DatabaseName": place.name,
        "Targets": {"S3Targets": [{"Path": place.url("data/")}]},
    }
    crawl(definition, clients)
    assert pages == [3, 3, 1]
    assert place.table("data")["Parameters"]["objectCount"] == "7"


class CountingS3:
    """Objects in memory, as the S3 API lists and gives them; counts what is read."""

    def __init__(self, objects: dict[str, bytes]) -> None:
        self._objects = objects
        self._lock = threading.Lock()
        self.read: list[str] = []

    def get_paginator(self, _operation: str) -> "CountingS3":
        return self

    def paginate(self, Bucket: str, Prefix: str) -> Any:  # noqa: N803
        keys = sorted(key for key in self._objects if key.startswith(Prefix))
        for start in range(0, len(keys), 1000):
            page = keys[start : start + 1000]
            yield {"Contents": [{"Key": key, "Size": len(self._objects[key])} for key in page]}

    def get_object(self, Bucket: str, Key: str, Range: str) -> Any:  # noqa: N803
        with self._lock:
            self.read.append(Key)
        return {"Body": io.BytesIO(self._objects[Key])}


@pytest.mark.parametrize(("sample_size", "reads"), [(None, 20), (3, 3)])
def test_of_ten_thousand_objects_a_few_are_read(
    sample_size: int | None, reads: int, place: Any
) -> None:
    s3 = CountingS3({f"data/{number:05}.csv": b"a,b\n1,2\n" for number in range(10_000)})
    target = {"Path": "s3://memory/data/", "SampleSize": sample_size}
    definition = {
        "Name": "tester",
        "DatabaseName": place.name,
        "Targets": {"S3Targets": [{key: value for key, value in target.items() if value}]},
    }
    crawl(definition, CrawlClients(place.clients.glue, s3, None))
    parameters = place.table("data")["Parameters"]
    assert (parameters["objectCount"], parameters["sizeKey"]) == ("10000", "80000")
    assert parameters["recordCount"] == "10000"
    assert len(s3.read) == reads
    assert {"data/00000.csv", "data/09999.csv"} <= set(s3.read)


def test_files_that_disagree_are_all_read(place: Any) -> None:
    objects = {f"data/{number:02}.csv": b"a,b\n1,2\n" for number in range(40)}
    objects["data/00.csv"] = b'{"k": 1}'
    s3 = CountingS3(objects)
    definition = {
        "Name": "tester",
        "DatabaseName": place.name,
        "Targets": {"S3Targets": [{"Path": "s3://memory/data/"}]},
    }
    summary = crawl(definition, CrawlClients(place.clients.glue, s3, None))
    assert len(summary.tables) == 40
    assert sorted(s3.read) == sorted(objects)
