"""CSV files behind a catalog table, case by case; and what a file's edge cannot be in a case."""

import datetime
import gzip
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import Row

from awsglue.context import GlueContext
from awsglue.errors import DataReadError, EntityNotFoundError
from awsglue.gluetypes import ChoiceType

pytestmark = pytest.mark.spark


def table(folder: Path, columns: dict[str, str], **parameters: str) -> dict[str, Any]:
    return {
        "StorageDescriptor": {
            "Location": f"file://{folder}/",
            "Columns": [{"Name": name, "Type": kind} for name, kind in columns.items()],
            "SerdeInfo": {"Parameters": {"field.delim": ","}},
        },
        "Parameters": {"classification": "csv", **parameters},
    }


def plain(value: Any) -> Any:
    """A cell as a case writes it: exact numbers, days and moments as text, structs as mappings."""
    if isinstance(value, Row):
        return {name: plain(part) for name, part in value.asDict().items()}
    return str(value) if isinstance(value, Decimal | datetime.date) else value


def by_text(rows: list[list[Any]]) -> list[list[Any]]:
    return sorted(rows, key=repr)


@pytest.mark.cases("csv_tables.yaml")
def test_csv_table(
    case: dict[str, Any], glue_context: GlueContext, catalog: Callable[..., None], tmp_path: Path
) -> None:
    for name, text in case["files"].items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())
    made = table(tmp_path, case["columns"], **case.get("parameters", {}))
    made["StorageDescriptor"]["SerdeInfo"]["Parameters"].update(case.get("serde", {}))
    catalog("t", made)

    frame = glue_context.create_dynamic_frame.from_catalog(database="db", table_name="t")
    data = frame.toDF()
    choices = {
        field.name: list(field.dataType.choices)
        for field in frame.schema()
        if isinstance(field.dataType, ChoiceType)
    }

    assert data.columns == list(case["columns"])
    assert choices == case.get("choices", {})
    found = [[plain(value) for value in row] for row in data.collect()]
    assert by_text(found) == by_text(case["rows"])


def test_a_compressed_file_is_read_and_counted(
    glue_context: GlueContext, catalog: Callable[..., None], tmp_path: Path
) -> None:
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"1,a\n2,b\n"))
    catalog("t", table(tmp_path, {"id": "bigint", "name": "string"}))
    frame = glue_context.create_dynamic_frame.from_catalog(database="db", table_name="t")
    assert frame.count() == 2


def test_the_location_may_be_one_file(
    glue_context: GlueContext, catalog: Callable[..., None], tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text("1,a\n")
    (tmp_path / "b.csv").write_text("2,b\n")
    made = table(tmp_path, {"id": "bigint", "name": "string"})
    made["StorageDescriptor"]["Location"] = f"file://{tmp_path}/a.csv"
    catalog("t", made)
    frame = glue_context.create_dynamic_frame.from_catalog(database="db", table_name="t")
    assert [tuple(row) for row in frame.toDF().collect()] == [(1, "a")]


@pytest.mark.usefixtures("catalog")
def test_a_table_that_is_not_there_is_named(glue_context: GlueContext) -> None:
    with pytest.raises(EntityNotFoundError, match=r"no table 'nope' in the database 'db'"):
        glue_context.create_dynamic_frame.from_catalog(database="db", table_name="nope")


def test_a_location_that_is_not_there_is_skipped_with_a_warning(
    glue_context: GlueContext,
    catalog: Callable[..., None],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    catalog("t", table(tmp_path / "gone", {"id": "bigint", "name": "string"}))
    data = glue_context.create_dynamic_frame.from_catalog(database="db", table_name="t").toDF()
    assert data.dtypes == [("id", "bigint"), ("name", "string")]
    assert data.count() == 0
    assert re.search(r"skipped: db\.t: there is no such .*gone", caplog.text)


def test_a_type_that_no_cell_can_have_is_named(
    glue_context: GlueContext, catalog: Callable[..., None], tmp_path: Path
) -> None:
    catalog("t", table(tmp_path, {"id": "bigint", "tags": "array<string>"}))
    with pytest.raises(DataReadError, match=r"column 'tags' has the type array<string>"):
        glue_context.create_dynamic_frame.from_catalog(database="db", table_name="t")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"database": "db", "name_space": "db", "table_name": "t"},
            "Parameter name_space and database are both specified, choose one.",
        ),
        ({"table_name": "t"}, "Parameter name_space or database is missing."),
        ({"database": "db"}, "Parameter table_name is missing."),
    ],
)
def test_from_catalog_says_which_name_is_missing(
    glue_context: GlueContext, arguments: dict[str, str], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        glue_context.create_dynamic_frame.from_catalog(**arguments)


def test_partitions_are_columns_and_the_predicate_prunes_them(
    glue_context: GlueContext,
    catalog: Callable[..., None],
    aws: Callable[[str], Any],
    tmp_path: Path,
) -> None:
    made = table(tmp_path, {"id": "bigint", "name": "string"})
    made["PartitionKeys"] = [{"Name": "year", "Type": "int"}, {"Name": "kind", "Type": "string"}]
    catalog("t", made)
    for year, kind in [("2019", "a"), ("2020", "a"), ("2020", "b")]:
        folder = tmp_path / f"year={year}" / f"kind={kind}"
        folder.mkdir(parents=True)
        (folder / "x.csv").write_text(f"{year},\n")
        storage = {**made["StorageDescriptor"], "Location": f"file://{folder}/"}
        partition = {"Values": [year, kind], "StorageDescriptor": storage}
        aws("glue").create_partition(DatabaseName="db", TableName="t", PartitionInput=partition)
    read = glue_context.create_dynamic_frame.from_catalog
    every = read(database="db", table_name="t").toDF()
    assert every.dtypes[2:] == [("year", "int"), ("kind", "string")]
    assert every.count() == 3
    some = read(
        database="db", table_name="t", push_down_predicate="year >= 2020 and kind = 'a'"
    ).toDF()
    assert [tuple(row) for row in some.collect()] == [(2020, "", 2020, "a")]
    none = read(database="db", table_name="t", push_down_predicate="year > 2020").toDF()
    assert none.columns == ["id", "name", "year", "kind"]
    assert none.count() == 0


def test_partitions_in_folders_without_keys(
    glue_context: GlueContext,
    catalog: Callable[..., None],
    aws: Callable[[str], Any],
    tmp_path: Path,
) -> None:
    made = table(tmp_path, {"id": "bigint", "name": "string"})
    made["PartitionKeys"] = [{"Name": "partition_0", "Type": "string"}]
    catalog("t", made)
    for value in ("east", "west"):
        folder = tmp_path / value
        folder.mkdir()
        (folder / "x.csv").write_text(f"1,{value}\nx,\n")
        storage = {**made["StorageDescriptor"], "Location": f"file://{folder}/"}
        partition = {"Values": [value], "StorageDescriptor": storage}
        aws("glue").create_partition(DatabaseName="db", TableName="t", PartitionInput=partition)
    frame = glue_context.create_dynamic_frame.from_catalog(database="db", table_name="t")
    resolved = frame.resolveChoice(specs=[("id", "cast:long")]).toDF()
    assert sorted(tuple(row) for row in resolved.filter("id = 1").collect()) == [
        (1, "east", "east"),
        (1, "west", "west"),
    ]
    assert resolved.count() == 4
