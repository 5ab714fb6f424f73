"""Sources and sinks by path: formats, options, names of files, partitions."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame, DynamicFrameCollection
from awsglue.errors import DataReadError, InvalidOptionError, UnknownNameError

pytestmark = pytest.mark.spark


def frame_of(glue_context: GlueContext, sql: str) -> DynamicFrame:
    return DynamicFrame.fromDF(glue_context.spark_session.sql(sql), glue_context, "f")


def read(glue_context: GlueContext, path: Path, kind: str, **format_options: Any) -> DynamicFrame:
    return glue_context.create_dynamic_frame.from_options(
        connection_type="s3",
        connection_options={"paths": [f"file://{path}"], "recurse": True},
        format=kind,
        format_options=format_options,
    )


def files(folder: Path) -> list[str]:
    return sorted(
        str(file.relative_to(folder))
        for file in folder.rglob("*")
        if file.is_file() and not file.name.endswith(".crc")
    )


@pytest.mark.parametrize(
    ("text", "options", "columns", "rows"),
    [
        ("id,name\n1,\n", {"withHeader": True}, ["id", "name"], [("1", "")]),
        ("1,a\n2,b\n", {}, ["col0", "col1"], [("1", "a"), ("2", "b")]),
        ("x,y\n1,a\n", {"skipFirst": True}, ["col0", "col1"], [("1", "a")]),
        ("1|'a|b'\n", {"separator": "|", "quoteChar": "'"}, ["col0", "col1"], [("1", "a|b")]),
        ('1,"a\n', {"quoteChar": -1}, ["col0", "col1"], [("1", '"a')]),
        ('1,"a\nb"\n', {"multiLine": True}, ["col0", "col1"], [("1", "a\nb")]),
        ('1,"a\\"b"\n', {"escaper": "\\"}, ["col0", "col1"], [("1", 'a"b')]),
        ("", {"withHeader": True}, [], []),
    ],
)
def test_csv_by_options(
    glue_context: GlueContext,
    tmp_path: Path,
    text: str,
    options: dict[str, Any],
    columns: list[str],
    rows: list[tuple[str, ...]],
) -> None:
    (tmp_path / "a.csv").write_text(text)
    data = read(glue_context, tmp_path, "csv", **options).toDF()
    assert data.columns == columns
    assert [tuple(row) for row in data.collect()] == rows


def test_csv_files_with_other_headers_are_not_mixed_up(
    glue_context: GlueContext, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text("id,name\n1,a\n")
    (tmp_path / "b.csv").write_text("name,id\nb,2\n")
    data = read(glue_context, tmp_path, "csv", withHeader=True).toDF()
    with pytest.raises(Exception, match="CSV header does not conform to the schema"):
        data.collect()


def test_json_null_fields_are_left_out(glue_context: GlueContext, tmp_path: Path) -> None:
    frame = frame_of(glue_context, "SELECT 1 AS a, cast(null as string) AS b, array('x') AS c")
    glue_context.write_dynamic_frame.from_options(
        frame=frame,
        connection_type="s3",
        connection_options={"path": f"file://{tmp_path}/out/"},
        format="json",
    )
    [name] = files(tmp_path / "out")
    assert re.fullmatch(r"run-\d{13}-part-r-00000", name)
    assert (tmp_path / "out" / name).read_text() == '{"a":1,"c":["x"]}\n'
    assert read(glue_context, tmp_path / "out", "json").count() == 1


def test_writing_adds_to_what_is_there(glue_context: GlueContext, tmp_path: Path) -> None:
    frame = frame_of(glue_context, "SELECT 1 AS a")
    for _ in range(2):
        glue_context.write_dynamic_frame.from_options(
            frame, "s3", {"path": f"file://{tmp_path}"}, "csv"
        )
    assert len(files(tmp_path)) == 2
    assert read(glue_context, tmp_path, "csv", withHeader=True).count() == 2


def test_partition_keys_become_folders(glue_context: GlueContext, tmp_path: Path) -> None:
    frame = frame_of(
        glue_context, "SELECT * FROM VALUES (1, 'x', 'é'), (2, 'y', null) AS t(id, kind, name)"
    ).coalesce(1)
    options = {"path": f"file://{tmp_path}", "partitionKeys": ["kind"], "compression": "gzip"}
    glue_context.write_dynamic_frame.from_options(frame, "s3", options, "csv")
    names = files(tmp_path)
    assert [re.sub(r"\d{13}", "N", name) for name in names] == [
        "kind=x/run-N-part-r-00000.gz",
        "kind=y/run-N-part-r-00000.gz",
    ]


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("parquet", r"part-00000-.*\.snappy\.parquet"),
        ("glueparquet", r"run-\d{13}-part-block-0-0-r-00000-snappy\.parquet"),
        ("orc", r"part-00000-.*\.snappy\.orc"),
    ],
)
def test_columnar_round_trip(
    glue_context: GlueContext, tmp_path: Path, kind: str, name: str
) -> None:
    sql = "SELECT cast('9.3' as decimal(3,1)) AS d, cast(null as long) AS n"
    sink = glue_context.getSink("s3", path=f"file://{tmp_path}/out")
    sink.setFormat(kind)
    sink.writeFrame(frame_of(glue_context, sql))
    [written] = files(tmp_path / "out")
    assert re.fullmatch(name, written)
    data = read(glue_context, tmp_path / "out", kind).toDF()
    assert data.dtypes == [("d", "decimal(3,1)"), ("n", "bigint")]


def test_an_empty_frame_leaves_no_file(glue_context: GlueContext, tmp_path: Path) -> None:
    empty = DynamicFrame.fromDF(glue_context.spark_session.range(0), glue_context, "f")
    glue_context.write_dynamic_frame.from_options(
        empty, "s3", {"path": f"file://{tmp_path}/out"}, "json"
    )
    assert files(tmp_path) == []


def test_a_failed_write_leaves_no_file(glue_context: GlueContext, tmp_path: Path) -> None:
    sql = "SELECT if(id = 3, raise_error('broken'), 'ok') AS v FROM range(4)"
    with pytest.raises(Exception, match="broken"):
        glue_context.write_dynamic_frame.from_options(
            frame_of(glue_context, sql), "s3", {"path": f"file://{tmp_path}/out"}, "json"
        )
    assert files(tmp_path) == []


def test_a_collection_is_written_by_key(glue_context: GlueContext, tmp_path: Path) -> None:
    frames = {"x": frame_of(glue_context, "SELECT 1 AS a"), "y": frame_of(glue_context, "SELECT 2")}
    glue_context.write_dynamic_frame.from_options(
        DynamicFrameCollection(frames, glue_context),
        "s3",
        {"path": f"file://{tmp_path}"},
        "json",
    )
    assert [name.split("/")[0] for name in files(tmp_path)] == ["x", "y"]


def test_what_cannot_be_written_is_named(glue_context: GlueContext, tmp_path: Path) -> None:
    write = glue_context.write_dynamic_frame.from_options
    frame = frame_of(glue_context, "SELECT 1 AS a")
    with pytest.raises(TypeError, match="not DataFrame"):
        write(frame.toDF(), "s3", {"path": "x"}, "json")  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError, match=r"'xml' is not supported .*: avro, csv, glueparq"):
        write(frame, "s3", {"path": f"file://{tmp_path}"}, "xml")
    with pytest.raises(UnknownNameError, match="'mongodb' is not supported"):
        write(frame, "mongodb", {})
    with pytest.raises(InvalidOptionError, match="needs 'path'"):
        write(frame, "s3", {}, "json")


def test_what_cannot_be_read_is_named(glue_context: GlueContext, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="'hudi' is not supported"):
        read(glue_context, tmp_path, "hudi")
    with pytest.raises(DataReadError, match=r"no such file or folder: .*gone"):
        read(glue_context, tmp_path / "gone", "orc")
    with pytest.raises(NotImplementedError, match="'attachFilename' of csv"):
        read(glue_context, tmp_path, "csv", attachFilename="file")
    with pytest.raises(NotImplementedError, match="connection type 'kinesis'"):
        glue_context.create_dynamic_frame.from_options("kinesis", {})
    with pytest.raises(NotImplementedError, match="boundedFiles"):
        glue_context.create_dynamic_frame.from_options(
            "s3", {"paths": [f"file://{tmp_path}"], "boundedFiles": "1"}, format="csv"
        )


def json_table(folder: Path, kind: str, **columns: str) -> dict[str, Any]:
    return {
        "StorageDescriptor": {
            "Location": f"file://{folder}/",
            "Columns": [{"Name": name, "Type": kind} for name, kind in columns.items()],
        },
        "Parameters": {"classification": kind},
    }


def test_a_json_table_has_the_catalogs_columns(
    glue_context: GlueContext, catalog: Callable[..., None], tmp_path: Path
) -> None:
    lines = [
        {"Id": 1, "score": 9.5, "who": {"Name": "ann", "age": 3}, "tags": ["a"], "more": 1},
        {"Id": "x2", "score": 8, "who": {"Name": "bob"}},
    ]
    (tmp_path / "a.json").write_text("\n".join(json.dumps(line) for line in lines))
    table = json_table(
        tmp_path,
        "json",
        id="bigint",
        score="double",
        who="struct<name:string,age:int>",
        tags="array<string>",
        gone="int",
    )
    catalog("t", table)
    frame = glue_context.create_dynamic_frame.from_catalog(database="db", table_name="t")
    assert [field.name for field in frame.schema()] == ["id", "score", "who", "tags", "gone"]
    data = frame.resolveChoice(specs=[("id", "make_cols")]).toDF()
    assert data.columns == ["id_long", "score", "who", "tags", "gone", "id_string"]
    rows = sorted((row.asDict(True) for row in data.collect()), key=lambda row: -row["score"])
    assert rows == [
        {
            "id_long": 1,
            "score": 9.5,
            "who": {"Name": "ann", "age": 3},
            "tags": ["a"],
            "gone": None,
            "id_string": None,
        },
        {
            "id_long": None,
            "score": 8.0,
            "who": {"Name": "bob", "age": None},
            "tags": None,
            "gone": None,
            "id_string": "x2",
        },
    ]


def test_a_parquet_table_keeps_the_files_types(
    glue_context: GlueContext, catalog: Callable[..., None], tmp_path: Path
) -> None:
    glue_context.spark_session.sql("SELECT 1 AS Id, 'x' AS other").write.parquet(f"{tmp_path}/p")
    catalog("t", json_table(tmp_path / "p", "parquet", id="bigint", gone="date"))
    data = glue_context.create_data_frame.from_catalog(database="db", table_name="t")
    assert data.dtypes == [("id", "int"), ("gone", "date")]
    assert [tuple(row) for row in data.collect()] == [(1, None)]


def test_a_frame_can_be_written_where_a_table_lies(
    glue_context: GlueContext, catalog: Callable[..., None], tmp_path: Path
) -> None:
    table = json_table(tmp_path / "t", "csv", id="bigint", name="string")
    table["Parameters"]["delimiter"] = ";"
    catalog("t", table)
    frame = frame_of(glue_context, "SELECT 1 AS id, 'a;b' AS name")
    glue_context.write_dynamic_frame.from_catalog(frame, database="db", table_name="t")
    [name] = files(tmp_path / "t")
    assert (tmp_path / "t" / name).read_text() == '1;"a;b"\n'


@pytest.mark.parametrize(
    ("exclusions", "kept"),
    [
        ('["**.tmp"]', ["1", "2", "3"]),
        ('["*.csv"]', ["2", "3", "9"]),
        ('["x/**", "**.tmp"]', ["1"]),
        ('["x/{b,c}.csv", "*.tmp"]', ["1"]),
        ('["x/[!b].csv", "?.tmp"]', ["1", "2"]),
    ],
)
def test_exclusions(
    glue_context: GlueContext, tmp_path: Path, exclusions: str, kept: list[str]
) -> None:
    (tmp_path / "x").mkdir()
    for name, text in {"a.csv": "1", "x/b.csv": "2", "x/c.csv": "3", "d.tmp": "9"}.items():
        (tmp_path / name).write_text(f"{text}\n")
    frame = glue_context.create_dynamic_frame.from_options(
        "s3",
        {"paths": [f"file://{tmp_path}"], "recurse": True, "exclusions": exclusions},
        format="csv",
    )
    assert sorted(row[0] for row in frame.toDF().collect()) == kept
