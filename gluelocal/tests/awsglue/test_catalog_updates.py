"""enableUpdateCatalog: what the Data Catalog says after a write, and what it then reads."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from awsglue.context import GlueContext
from awsglue.data_sink import catalog_update
from awsglue.dynamicframe import DynamicFrame
from awsglue.errors import CatalogUpdateError, EntityNotFoundError, InvalidOptionError

pytestmark = pytest.mark.spark

JSON_SERDE = {
    "SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe",
    "Parameters": {"paths": "id"},
}


def frame_of(glue_context: GlueContext, sql: str) -> DynamicFrame:
    query = sql if sql.startswith("SELECT") else f"SELECT * FROM {sql}"
    data = glue_context.spark_session.sql(query).coalesce(1)
    return DynamicFrame.fromDF(data, glue_context, "f")


def columns_of(columns: dict[str, str]) -> list[dict[str, str]]:
    return [{"Name": name, "Type": kind} for name, kind in columns.items()]


def make_table(
    catalog: Callable[..., None], glue: Any, folder: Path, table: dict[str, Any]
) -> None:
    storage = {
        "Location": f"file://{folder}/",
        "Columns": columns_of(table["columns"]),
        "SerdeInfo": JSON_SERDE,
    }
    catalog(
        "t",
        {
            "StorageDescriptor": storage,
            "PartitionKeys": columns_of(table["keys"]),
            "Parameters": {"classification": "json", "owner": "me"},
        },
    )
    [key] = table["keys"] or [""]
    for values in table.get("partitions", []):
        place = {**storage, "Location": f"file://{folder}/{key}={values[0]}/"}
        glue.create_partition(
            DatabaseName="db",
            TableName="t",
            PartitionInput={"Values": values, "StorageDescriptor": place},
        )


def write(
    glue_context: GlueContext,
    frame: DynamicFrame,
    folder: Path,
    options: dict[str, Any],
    kind: str = "json",
    database: str = "db",
    **format_options: Any,
) -> None:
    sink = glue_context.getSink(connection_type="s3", path=f"file://{folder}/", **options)
    sink.setFormat(kind, **format_options)
    sink.setCatalogInfo(catalogDatabase=database, catalogTableName="t")
    sink.writeFrame(frame)


def partitions(glue: Any) -> list[list[str]]:
    found = glue.get_partitions(DatabaseName="db", TableName="t")["Partitions"]
    return sorted(partition["Values"] for partition in found)


def read(glue_context: GlueContext) -> list[list[Any]]:
    data = glue_context.create_dynamic_frame.from_catalog(database="db", table_name="t").toDF()
    return sorted(([*row] for row in data.collect()), key=repr)


@pytest.mark.cases("catalog_updates.yaml")
def test_the_catalog_after_a_write(
    glue_context: GlueContext,
    aws: Callable[[str], Any],
    catalog: Callable[..., None],
    tmp_path: Path,
    case: dict[str, Any],
) -> None:
    glue = aws("glue")
    if "table" in case:
        make_table(catalog, glue, tmp_path, case["table"])
    write(glue_context, frame_of(glue_context, case["rows_of"]), tmp_path, case["options"])
    table = glue.get_table(DatabaseName="db", Name="t")["Table"]
    found = {column["Name"]: column["Type"] for column in table["StorageDescriptor"]["Columns"]}
    assert found == case["columns"]
    assert {key["Name"]: key["Type"] for key in table["PartitionKeys"]} == case["keys"]
    assert partitions(glue) == case["partitions"]
    assert read(glue_context) == case["rows"]
    if "table" in case:
        assert table["Parameters"]["owner"] == "me"


@pytest.mark.cases("catalog_updates_refused.yaml")
def test_refused_before_a_row_is_written(
    glue_context: GlueContext,
    catalog: Callable[..., None],
    tmp_path: Path,
    case: dict[str, Any],
) -> None:
    folder = tmp_path / "out"
    if "table" in case:
        make_table_of = {**case["table"], "partitions": []}
        storage = {"Location": f"file://{folder}/", "Columns": columns_of(make_table_of["columns"])}
        keys = columns_of(make_table_of["keys"])
        catalog("t", {"StorageDescriptor": storage, "PartitionKeys": keys})
    frame = frame_of(glue_context, case.get("rows_of", "VALUES (1, 2, 'a') AS t(id, y, k)"))
    with pytest.raises((InvalidOptionError, EntityNotFoundError), match=case["message"]):
        write(
            glue_context,
            frame,
            folder,
            case["options"],
            case.get("format", "json"),
            case.get("database", "db"),
        )
    assert not folder.exists()


@pytest.mark.usefixtures("catalog")
@pytest.mark.parametrize(
    ("kind", "format_options", "serde", "parameters"),
    [
        (
            "csv",
            {},
            ("org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe", {"field.delim": ","}),
            {"classification": "csv", "delimiter": ",", "skip.header.line.count": "1"},
        ),
        (
            "csv",
            {"separator": "|", "quoteChar": "'", "writeHeader": False},
            (
                "org.apache.hadoop.hive.serde2.OpenCSVSerde",
                {"separatorChar": "|", "quoteChar": "'"},
            ),
            {"classification": "csv", "delimiter": "|"},
        ),
        (
            "json",
            {},
            ("org.openx.data.jsonserde.JsonSerDe", {"paths": "id,name"}),
            {"classification": "json"},
        ),
        (
            "glueparquet",
            {},
            (
                "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
                {"serialization.format": "1"},
            ),
            {"classification": "parquet", "useGlueParquetWriter": "true"},
        ),
        (
            "parquet",
            {"useGlueParquetWriter": True},
            (
                "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
                {"serialization.format": "1"},
            ),
            {"classification": "parquet", "useGlueParquetWriter": "true"},
        ),
    ],
)
def test_a_new_table_describes_its_files_and_reads_the_same_rows(
    glue_context: GlueContext,
    aws: Callable[[str], Any],
    tmp_path: Path,
    kind: str,
    format_options: dict[str, Any],
    serde: tuple[str, dict[str, str]],
    parameters: dict[str, str],
) -> None:
    frame = frame_of(
        glue_context, "VALUES (1, 'a|b', 'x'), (2, 'it\\'s \"d\"', 'y') AS t(id, name, k)"
    )
    options = {"enableUpdateCatalog": True, "partitionKeys": ["k"]}
    write(glue_context, frame, tmp_path, options, kind, **format_options)
    table = aws("glue").get_table(DatabaseName="db", Name="t")["Table"]
    found = table["StorageDescriptor"]["SerdeInfo"]
    assert (found["SerializationLibrary"], found["Parameters"]) == serde
    assert table["Parameters"] == {**parameters, "compressionType": "none", "typeOfData": "file"}
    assert table["TableType"] == "EXTERNAL_TABLE"
    assert table["StorageDescriptor"]["Location"] == f"file://{tmp_path}/"
    assert read(glue_context) == [[1, "a|b", "x"], [2, 'it\'s "d"', "y"]]


@pytest.mark.usefixtures("catalog")
def test_each_partition_is_added_once(
    glue_context: GlueContext,
    aws: Callable[[str], Any],
    tmp_path: Path,
) -> None:
    options = {"enableUpdateCatalog": True, "partitionKeys": ["k"], "compression": "gzip"}
    for rows in ("VALUES (1, 'a')", "VALUES (2, 'a'), (3, 'b')"):
        write(glue_context, frame_of(glue_context, f"{rows} AS t(id, k)"), tmp_path, options)
    assert partitions(aws("glue")) == [["a"], ["b"]]
    assert read(glue_context) == [[1, "a"], [2, "a"], [3, "b"]]
    table = aws("glue").get_table(DatabaseName="db", Name="t")["Table"]
    assert table["Parameters"]["compressionType"] == "gzip"
    assert table["StorageDescriptor"]["Compressed"] is True


@pytest.mark.usefixtures("catalog")
def test_a_failed_write_leaves_the_catalog_as_it_was(
    glue_context: GlueContext,
    aws: Callable[[str], Any],
    tmp_path: Path,
) -> None:
    frame = frame_of(
        glue_context, "SELECT if(id = 3, raise_error('broken'), 'ok') AS v, 'a' AS k FROM range(4)"
    )
    with pytest.raises(Exception, match="broken"):
        write(glue_context, frame, tmp_path, {"enableUpdateCatalog": True, "partitionKeys": ["k"]})
    assert aws("glue").get_tables(DatabaseName="db")["TableList"] == []


def test_a_catalog_that_refuses_is_an_error_that_says_where_the_rows_are(
    glue_context: GlueContext, catalog: Callable[..., None], tmp_path: Path
) -> None:
    sink = glue_context.getSink("s3", path=f"file://{tmp_path}/", enableUpdateCatalog=True)
    sink.setFormat("json")
    sink.setCatalogInfo("db", "t")
    schema = glue_context.spark_session.range(1).schema
    update = catalog_update.prepare(sink, f"file://{tmp_path}", schema, [])
    assert update is not None
    # Somebody else makes the table while this job writes its rows.
    catalog("t", {"StorageDescriptor": {"Columns": [], "Location": "file:///x"}})
    with pytest.raises(CatalogUpdateError, match=f"rows are written to file://{tmp_path}.*db.t"):
        update.apply([])


def test_from_catalog_takes_the_same_options(
    glue_context: GlueContext,
    aws: Callable[[str], Any],
    catalog: Callable[..., None],
    tmp_path: Path,
) -> None:
    make_table(catalog, aws("glue"), tmp_path, {"columns": {"id": "int"}, "keys": {"k": "string"}})
    glue_context.write_dynamic_frame.from_catalog(
        frame=frame_of(glue_context, "VALUES (1, 'n', 'a') AS t(id, name, k)"),
        database="db",
        table_name="t",
        additional_options={
            "enableUpdateCatalog": True,
            "updateBehavior": "UPDATE_IN_DATABASE",
            "partitionKeys": ["k"],
        },
    )
    [added] = aws("glue").get_partitions(DatabaseName="db", TableName="t")["Partitions"]
    assert added["Values"] == ["a"]
    assert added["StorageDescriptor"]["Location"] == f"file://{tmp_path}/k=a/"
    assert added["StorageDescriptor"]["SerdeInfo"] == JSON_SERDE
    assert read(glue_context) == [[1, "n", "a"]]


def test_a_data_frame_is_written_where_a_table_lies(
    glue_context: GlueContext,
    aws: Callable[[str], Any],
    catalog: Callable[..., None],
    tmp_path: Path,
) -> None:
    make_table(catalog, aws("glue"), tmp_path, {"columns": {"id": "int"}, "keys": {}})
    data = glue_context.spark_session.sql("SELECT 7 AS id")
    returned = glue_context.write_data_frame.from_catalog(data, database="db", table_name="t")
    assert returned is data
    assert read(glue_context) == [[7]]
    with pytest.raises(NotImplementedError, match="useSparkDataSink"):
        glue_context.write_data_frame.from_catalog(
            data, database="db", table_name="t", additional_options={"useSparkDataSink": True}
        )


def test_enable_update_catalog_needs_a_table_and_s3(
    glue_context: GlueContext, tmp_path: Path
) -> None:
    frame = frame_of(glue_context, "VALUES (1) AS t(id)")
    options = {"path": f"file://{tmp_path}/out", "enableUpdateCatalog": True}
    with pytest.raises(InvalidOptionError, match="call setCatalogInfo"):
        glue_context.write_dynamic_frame.from_options(frame, "s3", options, "json")
    assert not (tmp_path / "out").exists()
    sink = glue_context.getSink("redshift", enableUpdateCatalog=True)
    with pytest.raises(InvalidOptionError, match=re.escape("only a sink in S3")):
        sink.setCatalogInfo("db", "t")
