"""Bookmarked reads of files and catalog tables, run after run in one process."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue.utils import getResolvedOptions

pytestmark = [pytest.mark.spark, pytest.mark.usefixtures("bookmark_folder")]

ENABLE = "job-bookmark-enable"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def put(file: Path, *lines: str, at: int) -> None:
    """A file that was modified `at` seconds since 1970."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(f"{line}\n" for line in lines))
    os.utime(file, (at, at))


def begin(option: str = ENABLE, **args: str) -> None:
    argv = ["script.py", "--JOB_NAME", "load", "--job-bookmark-option", option]
    for name, value in args.items():
        argv += [f"--{name.replace('_', '-')}" if name != "JOB_RUN_ID" else "--JOB_RUN_ID", value]
    Job.init("load", getResolvedOptions(argv, ["JOB_NAME"]))


def cells(frame: Any) -> list[str]:
    return sorted(row[0] for row in frame.toDF().collect())


def read_csv(
    glue_context: GlueContext, path: Path, transformation_ctx: str = "source", **options: Any
) -> list[str]:
    frame = glue_context.create_dynamic_frame.from_options(
        "s3",
        {"paths": [f"file://{path}"], **options},
        format="csv",
        transformation_ctx=transformation_ctx,
    )
    return cells(frame)


def table(folder: Path, kind: str = "csv", **parameters: str) -> dict[str, Any]:
    return {
        "StorageDescriptor": {
            "Location": f"file://{folder}/",
            "Columns": [{"Name": "name", "Type": "string"}, {"Name": "n", "Type": "bigint"}],
        },
        "PartitionKeys": [{"Name": "day", "Type": "string"}],
        "Parameters": {"classification": kind, **parameters},
    }


@pytest.fixture
def partition(aws: Callable[[str], Any]) -> Callable[[str, Path], None]:
    def create(day: str, folder: Path) -> None:
        aws("glue").create_partition(
            DatabaseName="db",
            TableName="t",
            PartitionInput={
                "Values": [day],
                "StorageDescriptor": {"Location": f"file://{folder}/"},
            },
        )

    return create


def read_table(glue_context: GlueContext, **arguments: Any) -> list[tuple[Any, ...]]:
    frame = glue_context.create_dynamic_frame.from_catalog(
        database="db", table_name="t", transformation_ctx="source", **arguments
    )
    rows = frame.toDF()
    assert rows.columns == ["name", "n", "day"]
    return sorted(tuple(row) for row in rows.collect())


def test_three_runs_read_each_file_once(glue_context: GlueContext, data: Path) -> None:
    put(data / "a.csv", "a", at=1000)
    read = []
    for name in ("b", "c", "d"):
        begin()
        read.append(read_csv(glue_context, data))
        Job.commit()
        put(data / f"{name}.csv", name, at=1000)
    assert read == [["a"], ["b"], ["c"]]


def test_a_run_that_fails_before_commit_leaves_all_as_it_was(
    glue_context: GlueContext, data: Path
) -> None:
    put(data / "a.csv", "a", at=1000)
    for _ in range(2):
        begin()
        assert read_csv(glue_context, data) == ["a"]
    Job.commit()
    begin()
    assert read_csv(glue_context, data) == []


def test_overwritten_and_deleted_files(glue_context: GlueContext, data: Path) -> None:
    put(data / "a.csv", "a", at=1000)
    put(data / "b.csv", "b", at=2000)
    begin()
    assert read_csv(glue_context, data) == ["a", "b"]
    Job.commit()
    (data / "b.csv").unlink()
    put(data / "a.csv", "A", at=3000)
    begin()
    assert read_csv(glue_context, data) == ["A"]


def test_disabled_reads_all_and_changes_nothing(glue_context: GlueContext, data: Path) -> None:
    put(data / "a.csv", "a", at=1000)
    begin()
    read_csv(glue_context, data)
    Job.commit()
    put(data / "b.csv", "b", at=2000)
    begin("job-bookmark-disable")
    assert read_csv(glue_context, data) == ["a", "b"]
    Job.commit()
    begin()
    assert read_csv(glue_context, data) == ["b"]


def test_paused_reads_what_is_new_or_a_range(glue_context: GlueContext, data: Path) -> None:
    for number in (1, 2, 3):
        put(data / f"{number}.csv", str(number), at=number * 1000)
        begin(JOB_RUN_ID=f"jr_{number}")
        read_csv(glue_context, data)
        Job.commit()
    put(data / "4.csv", "4", at=4000)
    for _ in range(2):
        begin("job-bookmark-pause")
        assert read_csv(glue_context, data) == ["4"]
        Job.commit()
    begin("job-bookmark-pause", job_bookmark_from="jr_1", job_bookmark_to="jr_3")
    assert read_csv(glue_context, data) == ["2", "3"]


def test_contexts_are_tracked_apart_and_nothing_without_one(
    glue_context: GlueContext, data: Path
) -> None:
    put(data / "a.csv", "a", at=1000)
    begin()
    assert read_csv(glue_context, data, "one") == ["a"]
    Job.commit()
    begin()
    assert read_csv(glue_context, data, "one") == []
    assert read_csv(glue_context, data, "two") == ["a"]
    assert read_csv(glue_context, data, "") == ["a"]
    source = glue_context.getSource("s3", transformation_ctx="one", paths=[f"file://{data}"])
    source.setFormat("csv")
    assert cells(source.getFrame()) == []


def test_a_bounded_run_takes_the_oldest(glue_context: GlueContext, data: Path) -> None:
    for number in (3, 1, 2):
        put(data / f"{number}.csv", str(number), at=number * 1000)
    read = []
    for _ in range(3):
        begin()
        read.append(read_csv(glue_context, data, boundedFiles="2"))
        Job.commit()
    assert read == [["1", "2"], ["3"], []]


def test_bounds_without_a_bookmark_are_refused(glue_context: GlueContext, data: Path) -> None:
    put(data / "a.csv", "a", at=1000)
    begin()
    with pytest.raises(NotImplementedError, match="'boundedSize' without a job bookmark"):
        read_csv(glue_context, data, "", boundedSize="2")


@pytest.mark.parametrize(
    ("path", "options", "first", "second"),
    [
        ("", {}, ["a"], ["b"]),
        ("", {"recurse": True}, ["a", "x"], ["b", "y"]),
        ("*", {"recurse": True}, ["a", "x"], ["b", "y"]),
        ("sub", {"exclusions": '["**y.csv"]'}, ["x"], []),
        ("a.csv", {}, ["a"], []),
    ],
)
def test_the_same_files_as_without_a_bookmark(
    glue_context: GlueContext,
    data: Path,
    path: str,
    options: dict[str, Any],
    first: list[str],
    second: list[str],
) -> None:
    put(data / "a.csv", "a", at=1000)
    put(data / "sub" / "x.csv", "x", at=1000)
    put(data / "sub" / "_temporary" / "t.csv", "t", at=1000)
    put(data / "sub" / ".hidden.csv", "h", at=1000)
    begin()
    assert read_csv(glue_context, data / path, **options) == first
    assert read_csv(glue_context, data / path, "", **options) == first
    Job.commit()
    put(data / "b.csv", "b", at=1000)
    put(data / "sub" / "y.csv", "y", at=1000)
    begin()
    assert read_csv(glue_context, data / path, **options) == second


def test_names_that_look_like_patterns(glue_context: GlueContext, data: Path) -> None:
    put(data / "a[1]{x}.csv", "a", at=1000)
    put(data / "a b%20c.csv", "b", at=1000)
    begin()
    assert read_csv(glue_context, data) == ["a", "b"]


def test_parquet_keeps_the_columns_of_its_folders(glue_context: GlueContext, data: Path) -> None:
    rows = glue_context.spark_session.sql("SELECT * FROM VALUES ('a', 1), ('b', 2) AS t(name, day)")
    read = []
    for _ in range(2):
        rows.write.mode("append").partitionBy("day").parquet(f"file://{data}")
        begin()
        frame = glue_context.create_dynamic_frame.from_options(
            "s3", {"paths": [f"file://{data}"]}, format="parquet", transformation_ctx="source"
        )
        read.append(sorted(tuple(row) for row in frame.toDF().select("name", "day").collect()))
        Job.commit()
    assert read == [[("a", 1), ("b", 2)]] * 2


@pytest.mark.parametrize("named", [True, False])
def test_new_partitions_of_a_table_are_read_whole(
    glue_context: GlueContext,
    catalog: Callable[..., None],
    partition: Callable[[str, Path], None],
    data: Path,
    named: bool,
) -> None:
    def folder(day: str) -> Path:
        return data / (f"day={day}" if named else f"of {day}")

    catalog("t", table(data))
    partition("3", folder("3"))
    put(folder("3") / "a.csv", "a,1", at=3000)
    begin()
    assert read_table(glue_context) == [("a", 1, "3")]
    Job.commit()

    # The older partition comes later, with files from before the newest that was read.
    partition("1", folder("1"))
    put(folder("1") / "b.csv", "b,2", at=1000)
    put(folder("3") / "c.csv", "c,3", at=3000)
    begin()
    assert read_table(glue_context, push_down_predicate="day = '3'") == [("c", 3, "3")]
    Job.commit()
    begin()
    assert read_table(glue_context) == [("b", 2, "1")]
    Job.commit()
    begin()
    assert read_table(glue_context) == []


def test_a_table_can_bound_its_runs(
    glue_context: GlueContext,
    catalog: Callable[..., None],
    partition: Callable[[str, Path], None],
    data: Path,
) -> None:
    catalog("t", table(data, boundedFiles="1"))
    for day in ("1", "2"):
        partition(day, data / f"day={day}")
        put(data / f"day={day}" / "a.csv", f"a,{day}", at=1000)
    begin()
    assert read_table(glue_context) == [("a", 1, "1")]
    Job.commit()
    begin()
    assert read_table(glue_context) == [("a", 2, "2")]
    begin()
    given = {"boundedFiles": "2"}
    assert read_table(glue_context, additional_options=given) == [("a", 2, "2")]


@pytest.mark.parametrize("kind", ["json", "parquet"])
def test_a_table_without_new_files_keeps_its_columns(
    glue_context: GlueContext, catalog: Callable[..., None], data: Path, kind: str
) -> None:
    described = table(data, kind)
    described["PartitionKeys"] = []
    catalog("t", described)
    rows = glue_context.spark_session.sql("SELECT 'a' AS name, 1L AS n")
    rows.write.format(kind).save(f"file://{data}")

    def read() -> Any:
        return glue_context.create_data_frame.from_catalog(
            database="db", table_name="t", transformation_ctx="source"
        )

    begin()
    assert [tuple(row) for row in read().collect()] == [("a", 1)]
    Job.commit()
    begin()
    assert read().columns == ["name", "n"]
    assert read().count() == 0


def test_nothing_new_is_mapped_and_written_as_nothing(
    glue_context: GlueContext, data: Path, tmp_path: Path
) -> None:
    put(data / "a.csv", "a", at=1000)
    written = []
    for _ in range(2):
        begin()
        frame = glue_context.create_dynamic_frame.from_options(
            "s3", {"paths": [f"file://{data}"]}, format="csv", transformation_ctx="source"
        )
        mapped = frame.apply_mapping([("col0", "string", "name", "string")])
        glue_context.write_dynamic_frame.from_options(
            mapped.filter(lambda row: row["name"] == "a"),
            "s3",
            {"path": f"file://{tmp_path}/out", "partitionKeys": []},
            format="json",
            transformation_ctx="sink",
        )
        Job.commit()
        written.append(len(list((tmp_path / "out").glob("run-*"))))
    assert written == [1, 1]
