"""Files read by path, case by case: by format, and by which files are read."""

import base64
import bz2
import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fastavro
import pytest
from pyspark.sql import Row

from awsglue import gluetypes as G
from awsglue.context import GlueContext
from awsglue.data_source.globs import matcher
from awsglue.data_source.storage_classes import excluded
from awsglue.dynamicframe import DynamicFrame
from awsglue.errors import InvalidOptionError

pytestmark = pytest.mark.spark

PACKED: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "base64": base64.b64decode,
}


def write(folder: Path, files: dict[str, Any]) -> None:
    """`name: text`, or a mapping with the text or base64 under the name of what is done to it."""
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            file.write_bytes(content.encode())
        elif "latin1" in content:
            file.write_bytes(content["latin1"].encode("latin1"))
        else:
            [(how, text)] = content.items()
            file.write_bytes(PACKED[how](text.encode()))


def read(glue_context: GlueContext, folder: Path, case: dict[str, Any]) -> DynamicFrame:
    options = dict(case.get("options", {}))
    below = options.pop("paths", [""])
    return glue_context.create_dynamic_frame.from_options(
        "s3",
        {"paths": [f"file://{folder}/{path}" for path in below], **options},
        format=case["format"],
        format_options=case.get("format_options", {}),
    )


def described(data_type: G.DataType) -> str:
    """A type as a case writes it: int, array<string>, struct<a:int>, choice<int,string>."""
    match data_type:
        case G.ChoiceType():
            return f"choice<{','.join(name for name, _ in data_type.children())}>"
        case G.StructType():
            inside = (f"{name}:{described(part)}" for name, part in data_type.children())
            return f"struct<{','.join(inside)}>"
        case G.ArrayType():
            return f"array<{described(data_type.elementType)}>"
        case G.DecimalType():
            return f"decimal({data_type.precision},{data_type.scale})"
    return data_type.typeName()


def plain(value: Any) -> Any:
    """A value as a case writes it; of a struct's fields those that are set."""
    match value:
        case Row():
            return {k: plain(v) for k, v in value.asDict().items() if v is not None}
        case list():
            return [plain(each) for each in value]
        case None | bool() | int() | float() | str():
            return value
        case bytes() | bytearray():
            return bytes(value).decode("latin1")
    return str(value)


def check(frame: DynamicFrame, case: dict[str, Any]) -> None:
    schema = {field.name: described(field.dataType) for field in frame.schema()}
    assert list(schema.items()) == list(case["schema"].items())
    found = [[plain(value) for value in row] for row in frame.toDF().collect()]
    assert sorted(found, key=repr) == sorted(case["rows"], key=repr)


@pytest.mark.cases("csv_files.yaml", "json_files.yaml", "xml_files.yaml", "file_selection.yaml")
def test_files_by_path(case: dict[str, Any], glue_context: GlueContext, tmp_path: Path) -> None:
    write(tmp_path, case["files"])
    if "error" in case:
        with pytest.raises(Exception, match=case["error"]):
            read(glue_context, tmp_path, case).toDF().collect()
        return
    check(read(glue_context, tmp_path, case), case)


@pytest.mark.cases("hand_made_tables.yaml")
def test_hand_made_tables(
    case: dict[str, Any], glue_context: GlueContext, catalog: Callable[..., None], tmp_path: Path
) -> None:
    write(tmp_path, case["files"])
    case["table"]["StorageDescriptor"]["Location"] = f"file://{tmp_path}/"
    catalog("t", case["table"])

    def from_catalog() -> DynamicFrame:
        return glue_context.create_dynamic_frame.from_catalog(
            database="db",
            table_name="t",
            push_down_predicate=case.get("push_down_predicate", ""),
        )

    if "error" in case:
        with pytest.raises(Exception, match=case["error"]):
            from_catalog()
        return
    check(from_catalog(), case)


@pytest.fixture
def partitioned(
    catalog: Callable[..., None], aws: Callable[[str], Any], tmp_path: Path
) -> Callable[..., None]:
    """Makes a table with the column v and the partitions year and month, and those in `values`."""

    def make(classification: str, values: list[tuple[str, str]]) -> None:
        storage = {
            "Location": f"file://{tmp_path}/",
            "Columns": [{"Name": "v", "Type": "string"}],
            "Parameters": {"classification": classification},
        }
        keys = [{"Name": "year", "Type": "int"}, {"Name": "month", "Type": "string"}]
        catalog("t", {"PartitionKeys": keys, "StorageDescriptor": storage})
        for year, month in values:
            place = {**storage, "Location": f"file://{tmp_path}/year={year}/month={month}"}
            aws("glue").create_partition(
                DatabaseName="db",
                TableName="t",
                PartitionInput={"Values": [year, month], "StorageDescriptor": place},
            )

    return make


PARTITIONS = [("2019", "12"), ("2020", "01"), ("2020", "02")]


@pytest.mark.cases("partition_predicates.yaml")
def test_partition_predicates(
    case: dict[str, Any],
    glue_context: GlueContext,
    partitioned: Callable[..., None],
    tmp_path: Path,
) -> None:
    partitioned("csv", [*PARTITIONS, ("2021", "01")])
    write(tmp_path, {f"year={y}/month={m}/a.csv": f"{y}-{m}\n" for y, m in PARTITIONS})
    expression = case.get("catalogPartitionPredicate")

    def from_catalog() -> DynamicFrame:
        return glue_context.create_dynamic_frame.from_catalog(
            database="db",
            table_name="t",
            push_down_predicate=case.get("push_down_predicate", ""),
            additional_options={"catalogPartitionPredicate": expression} if expression else {},
        )

    if "error" in case:
        with pytest.raises(InvalidOptionError, match=case["error"]):
            from_catalog()
        return
    check(from_catalog(), {"schema": {"v": "string", "year": "int", "month": "string"}, **case})


@pytest.mark.parametrize("kind", ["csv", "json", "parquet", "orc", "avro"])
def test_partition_values_are_the_catalogs_in_every_format(
    glue_context: GlueContext, partitioned: Callable[..., None], tmp_path: Path, kind: str
) -> None:
    partitioned(kind, PARTITIONS)
    for year, month in PARTITIONS:
        folder = tmp_path / f"year={year}" / f"month={month}"
        rows = glue_context.spark_session.createDataFrame([(f"{year}-{month}",)], "v string")
        if kind == "avro":
            folder.mkdir(parents=True)
            with (folder / "a.avro").open("wb") as file:
                fields = [{"name": "v", "type": "string"}]
                schema = {"type": "record", "name": "r", "fields": fields}
                fastavro.writer(file, schema, [{"v": f"{year}-{month}"}])
        else:
            rows.coalesce(1).write.format(kind).save(str(folder))
    frame = glue_context.create_dynamic_frame.from_catalog(
        database="db", table_name="t", push_down_predicate="year = 2020"
    )
    # A month 01 is no number 1.
    check(
        frame,
        {
            "schema": {"v": "string", "year": "int", "month": "string"},
            "rows": [["2020-01", 2020, "01"], ["2020-02", 2020, "02"]],
        },
    )


@pytest.mark.parametrize("recurse", [True, False])
def test_parquet_by_path_has_the_columns_of_its_folders(
    glue_context: GlueContext, tmp_path: Path, recurse: bool
) -> None:
    rows = glue_context.spark_session.sql("SELECT 1 AS id, 'x' AS kind")
    rows.write.partitionBy("kind").parquet(f"{tmp_path}/t")
    case = {"format": "parquet", "options": {"paths": ["t/"], "recurse": recurse}}
    check(
        read(glue_context, tmp_path, case),
        {"schema": {"id": "int", "kind": "string"}, "rows": [[1, "x"]]},
    )


def test_parquet_by_path_in_folders_of_any_name(glue_context: GlueContext, tmp_path: Path) -> None:
    rows = glue_context.spark_session.sql("SELECT 1 AS id")
    rows.write.parquet(f"{tmp_path}/t/a/b")
    case = {"format": "parquet", "options": {"paths": ["t/"], "recurse": True}}
    check(read(glue_context, tmp_path, case), {"schema": {"id": "int"}, "rows": [[1]]})


def test_a_frame_without_choices_is_a_plain_plan(glue_context: GlueContext, tmp_path: Path) -> None:
    write(tmp_path, {"a.json": '{"id": 1, "name": "ann"}\n', "a.csv": "1,ann\n"})
    for kind in ("json", "csv"):
        case = {"format": kind, "options": {"paths": [f"a.{kind}"]}}
        plan = read(glue_context, tmp_path, case).toDF()._jdf.queryExecution().toString()
        assert f"FileScan {kind}" in plan
        assert "RDD" not in plan
        assert "Python" not in plan


def test_objects_of_excluded_storage_classes_stay_away(
    aws: Callable[[str], Any],
) -> None:
    s3 = aws("s3")
    bucket = "storage-classes"
    s3.create_bucket(Bucket=bucket)
    for key, kind in {"t/a.csv": "STANDARD", "t/b[1].csv": "GLACIER", "u.csv": "GLACIER"}.items():
        s3.put_object(Bucket=bucket, Key=key, Body=b"1\n", StorageClass=kind)
    patterns = excluded([f"s3://{bucket}/t/", "file:///x"], '["GLACIER"]')
    assert patterns == [rf"s3://{bucket}/t/b\[1\].csv"]
    assert matcher(patterns[0]).fullmatch(f"s3://{bucket}/t/b[1].csv")
