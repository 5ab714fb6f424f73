"""DynamicFrame, its collections and the transforms."""

import datetime
from decimal import Decimal
from multiprocessing.pool import ThreadPool
from typing import Any

import pytest
from pyspark.sql import types as S

from awsglue import gluetypes, transforms
from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame, DynamicFrameCollection
from awsglue.engine.rows import Rows
from awsglue.errors import ErrorThresholdExceededError, InvalidOptionError, UnknownNameError
from awsglue.transforms import *  # noqa: F403 - what Glue Studio scripts do is what is tested

pytestmark = pytest.mark.spark


@pytest.fixture
def frame(glue_context: GlueContext) -> DynamicFrame:
    data = glue_context.spark_session.sql(
        "SELECT * FROM VALUES (1, 'ann', 9.5D, named_struct('x', 1, 'y', 'a')), "
        "(2, 'bob', 8.0D, named_struct('x', 2, 'y', 'b')), (3, null, null, null) "
        "AS t(id, name, score, nest)"
    )
    return DynamicFrame.fromDF(data, glue_context, "people")


@pytest.fixture
def mixed(glue_context: GlueContext) -> DynamicFrame:
    """Column `v` as text that the catalog calls a long: two fit, one does not, one is null."""
    data = glue_context.spark_session.sql(
        "SELECT * FROM VALUES ('1'), ('x'), (null), ('3') AS t(v)"
    )
    return DynamicFrame(Rows(data, unsettled={"v": S.LongType()}), glue_context, "mixed")


def rows(frame: DynamicFrame) -> list[tuple[Any, ...]]:
    """The rows without the names of their columns and fields, in an order."""
    return sorted((plain(row) for row in frame.toDF().collect()), key=repr)


def plain(value: Any) -> Any:
    return tuple(plain(part) for part in value) if isinstance(value, tuple) else value


def test_a_frame_of_a_dataframe_is_that_dataframe(frame: DynamicFrame) -> None:
    data = frame.toDF()
    assert DynamicFrame.fromDF(data, frame.glue_ctx, "x").toDF() is data
    assert frame.name == "people"
    assert frame.count() == 3


@pytest.mark.parametrize(
    ("paths", "dtypes"),
    [
        (["name", "id"], [("name", "string"), ("id", "int")]),
        (["nest.y", "id"], [("nest", "struct<y:string>"), ("id", "int")]),
        (["nope", "ID"], [("id", "int")]),
    ],
)
def test_select_fields(
    frame: DynamicFrame, paths: list[str], dtypes: list[tuple[str, str]]
) -> None:
    assert SelectFields.apply(frame=frame, paths=paths).toDF().dtypes == dtypes  # noqa: F405


def test_drop_and_rename_fields(frame: DynamicFrame) -> None:
    assert frame.drop_fields(["name", "nest.x", "nope"]).toDF().dtypes == [
        ("id", "int"),
        ("score", "double"),
        ("nest", "struct<y:string>"),
    ]
    renamed = RenameField.apply(frame, "score", "`a.b`")  # noqa: F405
    assert renamed.toDF().columns == ["id", "name", "a.b", "nest"]
    assert renamed.rename_field("`a.b`", "c").toDF().columns == ["id", "name", "c", "nest"]
    moved = frame.rename_field("nest.x", "n").select_fields(["n", "nest"])
    assert rows(moved) == [(1, ("a",)), (2, ("b",)), (None, None)]
    assert frame.rename_field("nest.x", "nest.z").toDF().dtypes[3][1] == "struct<z:int,y:string>"


def test_unnest(frame: DynamicFrame) -> None:
    flat = frame.unnest()
    assert flat.toDF().columns == ["id", "name", "score", "nest.x", "nest.y"]
    assert rows(flat.select_fields(["nest.x"])) == [(1,), (2,), (None,)]


def test_filter_takes_some_exceptions_for_false(frame: DynamicFrame) -> None:
    kept = Filter.apply(frame=frame, f=lambda row: row["score"] > 8)  # noqa: F405
    assert [row[0] for row in rows(kept)] == [1]
    assert kept.errorsCount() == 0
    assert kept.toDF().schema == frame.toDF().schema
    assert rows(frame.filter(lambda row: row.nest.y == "b"))[0][0] == 2


def test_filter_counts_other_exceptions_as_errors(frame: DynamicFrame) -> None:
    kept = frame.filter(lambda row: 1 / (row["id"] - 2) > 0, stageThreshold=1)
    assert [row[0] for row in rows(kept)] == [3]
    assert kept.stageErrorsCount() == 1
    error = kept.errorsAsDynamicFrame().toDF().first()
    assert error["error"]["msg"] == "ZeroDivisionError: division by zero"
    assert "Traceback" in error["error"]["stackTrace"]
    assert error["error"]["dynamicRecord"]["name"] == "bob"
    assert kept.count() == 1
    strict = kept.filter(lambda row: row["id"] / 0 > 1, totalThreshold=1)
    assert (strict.stageErrorsCount(), strict.errorsCount()) == (1, 2)
    with pytest.raises(ErrorThresholdExceededError, match="2 error records, more than its total"):
        strict.count()


def test_map_keeps_types_and_finds_new_ones(glue_context: GlueContext) -> None:
    data = glue_context.spark_session.sql(
        "SELECT 1 AS i, cast('9.30' as decimal(5,2)) AS d, date'2020-01-02' AS y, "
        "cast(null as double) AS n, cast(7 as smallint) AS s, 2.5F AS f"
    )

    def change(record: Any) -> Any:
        record["i"] += 1
        record.text = f"{record.d}"
        record["big"] = 2**40
        record["list"] = [1, None]
        record["deep"] = {"a": Decimal("1.5"), "b": None}
        record["s"] = 2**20
        return record

    made = Map.apply(frame=DynamicFrame.fromDF(data, glue_context, "m"), f=change)  # noqa: F405
    found = made.toDF()
    assert found.dtypes == [
        ("i", "int"),
        ("d", "decimal(5,2)"),
        ("y", "date"),
        ("n", "double"),
        ("s", "bigint"),
        ("f", "float"),
        ("text", "string"),
        ("big", "bigint"),
        ("list", "array<bigint>"),
        ("deep", "struct<a:decimal(2,1),b:string>"),
    ]
    assert found.first().asDict(True) == {
        "i": 2,
        "d": Decimal("9.30"),
        "y": datetime.date(2020, 1, 2),
        "n": None,
        "s": 2**20,
        "f": 2.5,
        "text": "9.30",
        "big": 2**40,
        "list": [1, None],
        "deep": {"a": Decimal("1.5"), "b": None},
    }


def test_map_makes_choices_and_errors(frame: DynamicFrame) -> None:
    def change(record: Any) -> Any:
        if record["id"] == 2:
            return {}
        return {"v": record["id"] if record["id"] == 1 else "three"}

    made = frame.map(change)
    assert isinstance(made.schema().field_map["v"].dataType, gluetypes.ChoiceType)
    assert sorted(rows(made.resolveChoice(choice="make_cols")), key=str) == [
        (1, None),
        (None, "three"),
    ]
    assert made.errorsCount() == 1
    [error] = [row["error"] for row in made.errorsAsDynamicFrame().toDF().collect()]
    assert error["msg"] == "User-specified function returned None instead of DynamicRecord"
    assert error["dynamicRecord"]["id"] == 2
    # A user's function sees the value, not the struct behind it.
    assert made.filter(lambda row: row["v"] == "three").count() == 1


@pytest.mark.parametrize(
    ("spec", "dtypes", "values"),
    [
        ("cast:long", [("v", "bigint")], [(1,), (3,), (None,), (None,)]),
        ("cast:string", [("v", "string")], [("1",), ("3",), ("x",), (None,)]),
        ("project:string", [("v", "string")], [("x",), (None,), (None,), (None,)]),
        ("project:long", [("v", "bigint")], [(1,), (3,), (None,), (None,)]),
        (
            "make_cols",
            [("v_long", "bigint"), ("v_string", "string")],
            [(1, None), (3, None), (None, "x"), (None, None)],
        ),
        (
            "make_struct",
            [("v", "struct<long:bigint,string:string>")],
            [(None,), ((1, None),), ((3, None),), ((None, "x"),)],
        ),
    ],
)
def test_resolve_choice(
    mixed: DynamicFrame,
    spec: str,
    dtypes: list[tuple[str, str]],
    values: list[tuple[Any, ...]],
) -> None:
    for resolved in (
        mixed.resolveChoice(specs=[("v", spec)]),
        ResolveChoice.apply(frame=mixed, choice=spec),  # noqa: F405
    ):
        assert resolved.toDF().dtypes == dtypes
        assert sorted(rows(resolved), key=repr) == sorted(values, key=repr)
        assert not any(isinstance(f.dataType, gluetypes.ChoiceType) for f in resolved.schema())


def test_resolve_choice_wants_one_of_two(mixed: DynamicFrame) -> None:
    with pytest.raises(
        ValueError, match=r"^Parameter specs and option are both missing, add one.$"
    ):
        mixed.resolveChoice()
    with pytest.raises(ValueError, match="both specified, choose one"):
        mixed.resolveChoice(specs=[("v", "make_cols")], choice="make_cols")
    with pytest.raises(UnknownNameError, match=r"'melt' is not supported .*: cast, make_cols"):
        mixed.resolveChoice(choice="melt")
    with pytest.raises(InvalidOptionError, match="needs a type"):
        mixed.resolveChoice(choice="cast")


def test_a_choice_through_other_operations(mixed: DynamicFrame) -> None:
    assert rows(mixed.apply_mapping([("v", "long", "n", "int")])) == [(1,), (3,), (None,), (None,)]
    settled = mixed.rename_field("v", "w").select_fields(["w"])
    choice = settled.schema().field_map["w"].dataType
    assert isinstance(choice, gluetypes.ChoiceType)
    assert list(choice.choices) == ["long", "string"]
    assert rows(settled.apply_mapping([("w", "long", "n", "string")])) == [
        ("1",),
        ("3",),
        ("x",),
        (None,),
    ]


def test_unsettled_columns_need_no_pass_over_the_data(mixed: DynamicFrame) -> None:
    mapped = mixed.apply_mapping([("v", "long", "n", "int")]).rename_field("n", "m")
    assert mixed._rows.unsettled
    assert mapped._rows.schema["m"].dataType == S.IntegerType()


def test_print_schema_shows_choices(
    mixed: DynamicFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    mixed.printSchema()
    assert capsys.readouterr().out == "root\n|-- v: choice\n|    |-- long\n|    |-- string\n\n"
    mixed.resolveChoice(choice="cast:long").show(1)
    assert capsys.readouterr().out == '{"v":1}\n'


def test_split_rows_is_disjoint_and_complete(frame: DynamicFrame) -> None:
    parts = SplitRows.apply(frame, {"score": {">": 8, "<": 10}})  # noqa: F405
    assert parts.keys() == ["frame1", "frame2"]
    assert [row[0] for row in rows(parts["frame1"])] == [1]
    # A row whose value is null is in the rest.
    assert [row[0] for row in rows(parts["frame2"])] == [2, 3]
    with pytest.raises(UnknownNameError, match="'~' is not supported"):
        frame.split_rows({"score": {"~": 1}}, "a", "b")


def test_split_fields(frame: DynamicFrame) -> None:
    parts = SplitFields.apply(frame, ["id", "name"])  # noqa: F405
    assert parts.keys() == ["people1", "people2"]
    assert parts["people1"].toDF().columns == ["id", "name"]
    assert parts["people2"].toDF().columns == ["score", "nest"]


def test_join_marks_the_second_frames_names(frame: DynamicFrame) -> None:
    joined = Join.apply(frame, frame, ["id"], ["id"])  # noqa: F405
    assert joined.toDF().columns == [
        *("id", "name", "score", "nest"),
        *(".id", ".name", ".score", ".nest"),
    ]
    assert joined.count() == 3
    with pytest.raises(InvalidOptionError, match=r"no field 'nope' to match rows by; .* id, name"):
        frame.join(["nope"], ["id"], frame)


def test_union_by_name_and_with_choices(glue_context: GlueContext, frame: DynamicFrame) -> None:
    other = DynamicFrame.fromDF(
        glue_context.spark_session.sql("SELECT 'x4' AS id, 'dan' AS name, true AS extra"),
        glue_context,
        "other",
    )
    both = Union.apply(frame1=frame.select_fields(["name", "id"]), frame2=other)  # noqa: F405
    assert [f.name for f in both.schema()] == ["name", "id", "extra"]
    resolved = both.resolveChoice(choice="cast:string")
    assert rows(resolved.select_fields(["id", "name"])) == [
        ("1", "ann"),
        ("2", "bob"),
        ("3", None),
        ("x4", "dan"),
    ]


def test_drop_null_fields(glue_context: GlueContext, capsys: pytest.CaptureFixture[str]) -> None:
    data = glue_context.spark_session.sql("SELECT null AS a, cast(null as int) AS b")
    kept = DropNullFields.apply(DynamicFrame.fromDF(data, glue_context, "f"))  # noqa: F405
    assert kept.toDF().columns == ["b"]
    assert capsys.readouterr().out == "null_fields ['a']\n"


def test_collections(glue_context: GlueContext, frame: DynamicFrame) -> None:
    collection = DynamicFrameCollection([frame], glue_context)
    assert collection.keys() == ["people"]
    assert collection.items() == [("people", frame)]
    with pytest.raises(KeyError):
        collection["nope"]
    missing = SelectFromCollection.apply(dfc=collection, key="nope")  # noqa: F405
    assert (missing.name, missing.count(), missing.toDF().columns) == ("nope", 0, [])
    contexts = []
    collection.map(lambda each, ctx: contexts.append(ctx) or each, "ctx")
    assert contexts == ["ctx:people"]
    flat = FlatMap.apply(collection, SplitFields, "frame", paths=["id"])  # noqa: F405
    assert flat.keys() == ["people_people1", "people_people2"]


def test_frames_are_used_by_a_router_in_threads(mixed: DynamicFrame) -> None:
    def route(value: str) -> int:
        return mixed.filter(lambda row: str(row["v"]) == value).count()

    with ThreadPool(4) as pool:
        assert pool.map(route, ["1", "x", "3", "None"]) == [1, 1, 1, 1]


def test_from_rdd(glue_context: GlueContext) -> None:
    data = glue_context.sparkSession.sparkContext.parallelize([{"a": 1}, {"a": "x", "b": 2.5}])
    made = glue_context.create_dynamic_frame.from_rdd(data, "r")
    assert made.name == "r"
    assert sorted(rows(made.resolveChoice(choice="cast:string")), key=str) == [
        ("1", None),
        ("x", 2.5),
    ]


@pytest.mark.parametrize("name", ["FillMissingValues", "FindMatches", "FindIncrementalMatches"])
def test_transforms_that_are_missing_say_so(frame: DynamicFrame, name: str) -> None:
    with pytest.raises(NotImplementedError, match=f"the transform {name} is not supported"):
        getattr(transforms, name).apply(frame=frame)


def test_the_logger_writes_to_standard_error(
    glue_context: GlueContext, capfd: pytest.CaptureFixture[str]
) -> None:
    glue_context.get_logger().info("100% done")
    assert "INFO GlueLogger: 100% done" in capfd.readouterr().err
