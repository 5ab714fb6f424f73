"""What a write to S3 leaves: names and kinds of files, folders of partition keys, CSV dialects."""

import re
from pathlib import Path
from typing import Any

import pytest

from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsglue.errors import InvalidOptionError

pytestmark = pytest.mark.spark

UNIQUE = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def frame_of(glue_context: GlueContext, sql: str) -> DynamicFrame:
    return DynamicFrame.fromDF(glue_context.spark_session.sql(sql).coalesce(1), glue_context, "f")


def write(
    frame: DynamicFrame, folder: Path, kind: str, options: dict[str, Any], **format_options: Any
) -> list[Path]:
    frame.glue_ctx.write_dynamic_frame.from_options(
        frame=frame,
        connection_type="s3",
        connection_options={"path": f"file://{folder}/", **options},
        format=kind,
        format_options=format_options,
    )
    return sorted(
        file for file in folder.rglob("*") if file.is_file() and not file.name.endswith(".crc")
    )


@pytest.mark.cases("output_files.yaml")
def test_names_and_kinds_of_files(
    glue_context: GlueContext, tmp_path: Path, case: dict[str, Any]
) -> None:
    frame = frame_of(glue_context, "SELECT 1 AS id")
    [file] = write(
        frame, tmp_path, case["format"], case["options"], **case.get("format_options", {})
    )
    plain = re.sub(r"run-\d{13}", "run-N", re.sub(UNIQUE, "U", file.name))
    assert plain == case["name"]
    assert file.read_bytes().hex().startswith(case.get("begins", ""))


def test_partition_keys_leave_the_files_and_name_the_folders(
    glue_context: GlueContext, tmp_path: Path
) -> None:
    sql = """SELECT * FROM VALUES (1, 2020, 'a/b:c'), (2, 2020, null) AS t(id, Year, k)"""
    options = {"partitionKeys": ["year", "k"]}
    files = write(frame_of(glue_context, sql), tmp_path, "json", options)
    found = {str(file.parent.relative_to(tmp_path)): file.read_text() for file in files}
    assert found == {
        "Year=2020/k=__HIVE_DEFAULT_PARTITION__": '{"id":2}\n',
        "Year=2020/k=a%2Fb%3Ac": '{"id":1}\n',
    }


@pytest.mark.parametrize(
    ("format_options", "text"),
    [
        ({}, 'id,name\n1,"a,b"\n2,"say ""x"""\n3,\n'),
        ({"writeHeader": False}, '1,"a,b"\n2,"say ""x"""\n3,\n'),
        ({"separator": ";"}, 'id;name\n1;a,b\n2;"say ""x"""\n3;\n'),
        ({"quoteChar": "'"}, "id,name\n1,'a,b'\n2,say \"x\"\n3,\n"),
        ({"escaper": "\\"}, 'id,name\n1,"a,b"\n2,"say \\"x\\""\n3,\n'),
    ],
)
def test_csv_dialects(
    glue_context: GlueContext, tmp_path: Path, format_options: dict[str, Any], text: str
) -> None:
    sql = "SELECT * FROM VALUES (1, 'a,b'), (2, 'say \"x\"'), (3, null) AS t(id, name)"
    [file] = write(frame_of(glue_context, sql), tmp_path, "csv", {}, **format_options)
    assert file.read_text() == text


def test_one_file_a_spark_partition(glue_context: GlueContext, tmp_path: Path) -> None:
    frame = DynamicFrame.fromDF(glue_context.spark_session.range(0, 6, 1, 3), glue_context, "f")
    files = write(frame, tmp_path, "json", {})
    assert [file.name[-5:] for file in files] == ["00000", "00001", "00002"]
    assert len({file.name.split("-part-")[0] for file in files}) == 1


@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        ("csv", {"compression": "zip"}, r"'zip' is not there for csv; valid: none, .*gzip, bzip2"),
        ("parquet", {"compression": "bzip2"}, "'bzip2' is not there for parquet; valid: none"),
        ("json", {"partitionKeys": ["gone"]}, "the rows have no column 'gone'; valid: id, k"),
        ("json", {"partitionKeys": ["id", "k"]}, "partitionKeys names every column"),
    ],
)
def test_options_that_cannot_be_are_refused_before_a_file_is_written(
    glue_context: GlueContext, tmp_path: Path, kind: str, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidOptionError, match=message):
        write(frame_of(glue_context, "SELECT 1 AS id, 2 AS k"), tmp_path / "out", kind, options)
    assert not (tmp_path / "out").exists()


def test_avro_needs_its_spark_package(glue_context: GlueContext, tmp_path: Path) -> None:
    with pytest.raises(NotImplementedError, match=r"spark\.jars\.packages=.*spark-avro_2\.12:3\."):
        write(frame_of(glue_context, "SELECT 1 AS id"), tmp_path, "avro", {})


def test_a_data_frame_can_be_given_to_a_sink(glue_context: GlueContext, tmp_path: Path) -> None:
    sink = glue_context.getSink("s3", path=f"file://{tmp_path}")
    sink.setFormat("json")
    failed = sink.writeDataFrame(glue_context.spark_session.range(1), glue_context)
    assert failed.count() == 0
    [file] = [file for file in tmp_path.iterdir() if not file.name.endswith(".crc")]
    assert file.read_text() == '{"id":0}\n'


def test_a_context_without_a_spark_context_takes_the_one_there_is(
    glue_context: GlueContext,
) -> None:
    other = GlueContext()
    assert other.spark_session.sparkContext is glue_context.spark_session.sparkContext
