"""The classes of awsglue.transforms: how they describe themselves, and those of whole frames."""

import inspect
import json
from pathlib import Path
from typing import Any

import pytest

from awsglue import gluetypes, transforms, utils
from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame, DynamicFrameCollection, ResolveOption
from awsglue.engine.types import spark_type
from awsglue.errors import InvalidOptionError
from awsglue.transforms import (
    Coalesce,
    MapToCollection,
    Relationalize,
    Repartition,
    Spigot,
    Unbox,
    UnnestFrame,
)
from awsglue.transforms.transform import GlueTransform

ALL = [getattr(transforms, name) for name in transforms.__all__]


@pytest.mark.parametrize("transform", ALL, ids=lambda transform: transform.__name__)
def test_a_transform_describes_itself(transform: type[GlueTransform]) -> None:
    described = transform.describe()["transform"]
    assert described["name"] == transform.name() == transform.__name__
    assert described["location"] == "internal"
    assert transform.describeTransform().endswith(".")
    assert set(described["returns"]) == {"type", "description"}
    assert described["returns"]["type"] in ("DynamicFrame", "DynamicFrameCollection")
    assert all(set(error) == {"type", "description"} for error in described["raises"])
    parameters = list(inspect.signature(transform.__call__).parameters)[1:]
    assert [argument["name"] for argument in described["args"]] == parameters
    for argument in described["args"]:
        assert set(argument) == {"name", "type", "description", "optional", "defaultValue"}
        assert argument["description"]


def test_arguments_say_whether_they_are_optional() -> None:
    found = {argument["name"]: argument for argument in Relationalize.describeArgs()}
    assert found["frame"] == {
        "name": "frame",
        "type": "DynamicFrame",
        "description": "The rows to transform",
        "optional": False,
        "defaultValue": None,
    }
    assert (found["name"]["optional"], found["name"]["defaultValue"]) == (True, "roottable")
    assert found["stageThreshold"]["defaultValue"] == "0"


def test_the_base_describes_nothing() -> None:
    for describe in (
        GlueTransform.describeArgs,
        GlueTransform.describeReturn,
        GlueTransform.describeTransform,
        GlueTransform.describeErrors,
        GlueTransform.describe,
    ):
        with pytest.raises(NotImplementedError, match="GlueTransform describes no transform"):
            describe()
    with pytest.raises(NotImplementedError, match="GlueTransform has no call"):
        GlueTransform.apply()


def frame_of(glue_context: GlueContext, sql: str) -> DynamicFrame:
    return DynamicFrame.fromDF(glue_context.spark_session.sql(sql), glue_context, "f")


@pytest.fixture
def numbers(glue_context: GlueContext) -> DynamicFrame:
    data = glue_context.spark_session.range(6, numPartitions=3)
    return DynamicFrame.fromDF(data, glue_context, "numbers")


def ids(frame: DynamicFrame) -> list[int]:
    return sorted(row["id"] for row in frame.toDF().collect())


@pytest.mark.spark
def test_partitions(numbers: DynamicFrame) -> None:
    assert numbers.getNumPartitions() == 3
    assert Repartition.apply(numbers, 2).getNumPartitions() == 2
    assert Coalesce.apply(frame=numbers, num_partitions=1).getNumPartitions() == 1
    assert Coalesce.apply(numbers, 5).getNumPartitions() == 3
    assert Coalesce.apply(numbers, 5, shuffle=True).getNumPartitions() == 5


@pytest.mark.spark
def test_functions_of_partitions(numbers: DynamicFrame) -> None:
    doubled = numbers.mapPartitions(lambda part: ({"id": record.id * 2} for record in part))
    assert ids(doubled) == [0, 2, 4, 6, 8, 10]
    marked = numbers.mapPartitionsWithIndex(lambda at, part: [{"id": at, "n": len([*part])}])
    assert sorted(tuple(row) for row in marked.toDF().collect()) == [(0, 2), (1, 2), (2, 2)]


@pytest.mark.spark
def test_map_to_collection(glue_context: GlueContext, numbers: DynamicFrame) -> None:
    collection = DynamicFrameCollection({"a": numbers, "b": numbers}, glue_context)
    contexts = []

    def renamed(frame: DynamicFrame, ctx: str) -> DynamicFrame:
        contexts.append(ctx)
        return frame.rename_field("id", "n")

    made = MapToCollection.apply(dfc=collection, callable=renamed, transformation_ctx="m")
    assert (list(made.keys()), contexts) == (["a", "b"], ["m:a", "m:b"])
    assert made["b"].toDF().columns == ["n"]
    split = collection.flatmap(lambda frame, _: frame.split_rows({"id": {">": 3}}, "hi", "lo"))
    assert list(split.keys()) == ["a_hi", "a_lo", "b_hi", "b_lo"]


@pytest.mark.spark
@pytest.mark.parametrize(
    ("options", "fewest", "most"),
    [({}, 6, 6), ({"topk": 2}, 2, 2), ({"topk": 5, "prob": 0}, 0, 0), ({"prob": 0.5}, 0, 6)],
)
def test_spigot_writes_a_sample(
    numbers: DynamicFrame, tmp_path: Path, options: dict[str, Any], fewest: int, most: int
) -> None:
    same = Spigot.apply(frame=numbers, path=f"file://{tmp_path}/s", options=options)
    assert ids(same) == ids(numbers)
    files = [*(tmp_path / "s").glob("run-*")]
    lines = [line for file in files for line in file.read_text().splitlines()]
    assert fewest <= len(lines) <= most
    assert {json.loads(line)["id"] for line in lines} <= set(range(6))


@pytest.mark.spark
@pytest.mark.parametrize(
    ("options", "message"),
    [({"top": 1}, "unknown options top; valid: topk, prob"), ({"prob": 2}, "prob 0 to 1")],
)
def test_spigot_refuses_other_options(
    numbers: DynamicFrame, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidOptionError, match=message):
        numbers.spigot("file:///nowhere", options)


@pytest.mark.spark
def test_merge_takes_the_staged_rows_of_a_key(glue_context: GlueContext) -> None:
    source = frame_of(
        glue_context,
        "SELECT * FROM VALUES (1, 'a'), (1, 'b'), (2, 'c'), (2, 'd'), (null, 'e') AS t(id, v)",
    )
    staged = frame_of(
        glue_context,
        "SELECT * FROM VALUES (2, 'x', true), (3, 'y', true), (null, 'z', false) AS t(id, v, new)",
    )
    merged = source.mergeDynamicFrame(staged, ["id"])
    assert merged.toDF().columns == ["id", "v", "new"]
    rows = [tuple(row) for row in merged.toDF().collect()]
    assert sorted(rows, key=repr) == [
        (1, "a", None),
        (1, "b", None),
        (2, "x", True),
        (3, "y", True),
        (None, "e", None),
        (None, "z", False),
    ]
    both = source.mergeDynamicFrame(source.filter(lambda record: record["v"] == "b"), ["id", "v"])
    assert both.count() == 5
    with pytest.raises(InvalidOptionError, match="at least one primary key"):
        source.mergeDynamicFrame(staged, [])
    with pytest.raises(InvalidOptionError, match="no field 'new' to match rows by"):
        source.mergeDynamicFrame(staged, ["new"])


@pytest.mark.spark
def test_keys_of_relationalize_are_unique_over_partitions(
    glue_context: GlueContext, tmp_path: Path
) -> None:
    data = glue_context.spark_session.range(50, numPartitions=5).selectExpr(
        "id AS n", "IF(id % 7 = 0, null, array(id, id + 100)) AS l"
    )
    frame = DynamicFrame.fromDF(data, glue_context, "f")
    tables = frame.relationalize("root", f"file://{tmp_path}/stage")
    root = {row["n"]: row["l"] for row in tables["root"].toDF().collect()}
    keys = [root[n] for n in range(50) if n % 7]
    assert keys == list(range(1, 43))
    assert all(root[n] is None for n in range(0, 50, 7))
    elements = {
        (row["id"], row["index"]): row["l.val"] for row in tables["root_l"].toDF().collect()
    }
    assert elements == {
        (root[n], index): n + 100 * index for n in range(50) if n % 7 for index in (0, 1)
    }
    # The rows stay where they were staged.
    assert len([*(tmp_path / "stage").glob("relationalize-*/*.parquet")]) == 5


@pytest.mark.spark
def test_relationalize_stages_in_the_jobs_temporary_folder(
    glue_context: GlueContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = frame_of(glue_context, "SELECT array(1) AS l")
    monkeypatch.setitem(utils._global_args, "TempDir", f"file://{tmp_path}")
    tables = Relationalize.apply(frame=frame)
    assert list(tables.keys()) == ["roottable", "roottable_l"]
    assert [*tmp_path.glob("relationalize-*")]
    monkeypatch.setitem(utils._global_args, "TempDir", None)
    with pytest.raises(RuntimeError, match="needs a staging path"):
        Relationalize.apply(frame=frame)


@pytest.mark.spark
def test_unbox_and_unnest_as_transforms(glue_context: GlueContext) -> None:
    frame = frame_of(glue_context, """SELECT 'x;y' AS c, named_struct('a', 1) AS s""")
    parsed = Unbox.apply(frame=frame, path="c", format="csv", separator=";", info="i")
    assert UnnestFrame.apply(parsed).toDF().columns == ["c.col0", "c.col1", "s.a"]


@pytest.mark.spark
def test_a_frame_in_a_declared_schema(glue_context: GlueContext) -> None:
    frame = frame_of(glue_context, "SELECT 1 AS a, 'x' AS b, true AS c")
    choice = gluetypes.ChoiceType([gluetypes.IntegerType(), gluetypes.StringType()])
    declared = gluetypes.StructType(
        [
            gluetypes.Field("b", gluetypes.LongType()),
            gluetypes.Field("a", choice),
            gluetypes.Field("d", gluetypes.DateType()),
        ]
    )
    made = frame.with_frame_schema(declared)
    assert [field.dataType.typeName() for field in made.schema()] == ["long", "choice", "date"]
    assert [tuple(row) for row in made.toDF().collect()] == [(None, (1, None), None)]
    again = made.with_frame_schema(declared)
    assert [tuple(row) for row in again.toDF().collect()] == [(None, (1, None), None)]
    text_only = gluetypes.StructType(
        [gluetypes.Field("a", gluetypes.ChoiceType([gluetypes.StringType()]))]
    )
    with pytest.raises(InvalidOptionError, match="values of the types int, which the declared"):
        frame.with_frame_schema(text_only)


@pytest.mark.spark
def test_a_frame_writes_itself(glue_context: GlueContext, tmp_path: Path) -> None:
    frame = frame_of(glue_context, "SELECT 1 AS a")
    frame.write("s3", {"path": f"file://{tmp_path}/w"}, "json")
    [file] = (tmp_path / "w").glob("run-*")
    assert file.read_text() == '{"a":1}\n'


@pytest.mark.spark
def test_choices_in_a_dataframe_are_structs_unless_resolved(glue_context: GlueContext) -> None:
    records = [{"a": {"b": 1}, "v": 1.5}, {"a": {"b": "2"}, "v": "x"}]
    data = glue_context.spark_session.sparkContext.parallelize(records, 1)
    frame = glue_context.create_dynamic_frame_from_rdd(data, "f")
    assert frame.toDF().dtypes == [
        ("a", "struct<b:struct<long:bigint,string:string>>"),
        ("v", "struct<double:double,string:string>"),
    ]
    resolved = frame.toDF(
        [
            ResolveOption("a.b", "Cast", gluetypes.LongType()),
            ResolveOption("v", "Project", gluetypes.DoubleType()),
        ]
    )
    assert [row.asDict(True) for row in resolved.collect()] == [
        {"a": {"b": 1}, "v": 1.5},
        {"a": {"b": 2}, "v": None},
    ]
    kept = frame.toDF([ResolveOption("a.b", "KeepAsStruct")])
    assert kept.dtypes == frame.toDF().dtypes
    with pytest.raises(InvalidOptionError, match="'Melt' is unknown; valid: Project, Cast"):
        frame.toDF([ResolveOption("v", "Melt")])
    with pytest.raises(InvalidOptionError, match="Project needs a target"):
        frame.toDF([ResolveOption("v", "Project")])
    # A user's function sees the values, wherever they are.
    assert frame.filter(lambda record: record["a"]["b"] == "2").count() == 1


@pytest.mark.spark
def test_match_catalog_casts_the_choices_alone(
    glue_context: GlueContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog = {"v": "int", "w": "string", "a": "struct<b:string>"}
    types = {name: spark_type(kind) for name, kind in catalog.items()}
    monkeypatch.setattr(glue_context, "catalog_types", lambda *_: types)
    records = [
        {"v": 1, "w": 1, "a": {"b": 1}, "z": 1},
        {"v": "2", "w": 2, "a": {"b": "y"}, "z": ""},
    ]
    data = glue_context.spark_session.sparkContext.parallelize(records, 1)
    frame = glue_context.create_dynamic_frame_from_rdd(data, "f")
    matched = frame.resolveChoice(choice="match_catalog", database="db", table_name="t").toDF()
    assert matched.dtypes == [
        ("v", "int"),
        ("w", "bigint"),
        ("a", "struct<b:string>"),
        ("z", "struct<long:bigint,string:string>"),
    ]
    assert [row["v"] for row in matched.collect()] == [1, 2]
