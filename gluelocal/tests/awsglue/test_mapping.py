"""apply_mapping: types, names, nesting, and what is no mapping."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from pyspark.sql import functions as F

from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsglue.errors import InvalidOptionError
from awsglue.transforms import ApplyMapping

pytestmark = pytest.mark.spark

CASES = Path(__file__).parent / "cases"
SCALARS = (
    "string",
    "byte",
    "short",
    "int",
    "long",
    "float",
    "double",
    "decimal",
    "boolean",
    "date",
    "timestamp",
    "binary",
)


def frame_of(glue_context: GlueContext, sql: str) -> DynamicFrame:
    return DynamicFrame.fromDF(glue_context.spark_session.sql(sql), glue_context, "f")


@pytest.mark.cases("casts.yaml")
def test_a_cast(case: dict[str, Any], glue_context: GlueContext) -> None:
    frame = frame_of(glue_context, f"SELECT {case['value']} AS v")
    mappings = [("v", "any", target, target) for target in case["to"]]
    # Types have brackets and commas in their names, which are no trouble in a column's name.
    data = frame.apply_mapping(mappings).toDF()
    texts = data.select(*(F.col(f"`{name}`").cast("string") for name in data.columns)).first()
    found = {name: [kind, text] for (name, kind), text in zip(data.dtypes, texts, strict=True)}
    assert found == case["to"]


def test_there_is_a_cast_for_every_pair_of_types(glue_context: GlueContext) -> None:
    cases = yaml.safe_load((CASES / "casts.yaml").read_text())
    pairs = set()
    for case in cases:
        [source] = frame_of(glue_context, f"SELECT {case['value']} AS v").schema()
        pairs |= {(source.dataType.typeName(), target) for target in case["to"]}
    sources = [*SCALARS, "array", "struct", "map", "null"]
    assert {(source, target) for source in sources for target in SCALARS} - pairs == set()


def test_only_mapped_columns_in_mapping_order(glue_context: GlueContext) -> None:
    frame = frame_of(glue_context, "SELECT 1 AS a, 'x' AS b, 2.5D AS c")
    data = ApplyMapping.apply(
        frame=frame,
        mappings=[("c", "double", "score", "double"), ("a", "int", "id", "long")],
        transformation_ctx="m",
    ).toDF()
    assert data.dtypes == [("score", "double"), ("id", "bigint")]
    assert [tuple(row) for row in data.collect()] == [(2.5, 1)]


def test_mappings_of_two_and_three_parts_and_one_alone(glue_context: GlueContext) -> None:
    frame = frame_of(glue_context, "SELECT 1 AS a, 'x' AS b")
    assert frame.apply_mapping([("a", "z"), ("b", "y", "string")]).toDF().dtypes == [
        ("z", "int"),
        ("y", "string"),
    ]
    assert frame.apply_mapping(("a", "int", "n", "long")).toDF().dtypes == [("n", "bigint")]


def test_nested_sources_and_targets(glue_context: GlueContext) -> None:
    frame = frame_of(
        glue_context, "SELECT named_struct('b', 1, 'c', 'x') AS a, 2 AS `d.e`, 3 AS `f g`"
    )
    data = frame.apply_mapping(
        [
            ("a.b", "int", "flat", "long"),
            ("a.c", "string", "deep.text", "string"),
            ("`d.e`", "int", "deep.more.n", "string"),
            ("f g", "int", "`h.i`", "int"),
        ]
    ).toDF()
    assert data.dtypes == [
        ("flat", "bigint"),
        ("deep", "struct<text:string,more:struct<n:string>>"),
        ("h.i", "int"),
    ]
    assert [row.asDict(True) for row in data.collect()] == [
        {"flat": 1, "deep": {"text": "x", "more": {"n": "2"}}, "h.i": 3}
    ]


def test_a_source_that_is_not_there_leaves_its_target_out(glue_context: GlueContext) -> None:
    frame = frame_of(glue_context, "SELECT 1 AS a")
    data = frame.apply_mapping([("nope", "int", "x", "int"), ("a", "int", "b", "int")]).toDF()
    assert data.columns == ["b"]


def test_case_matters_only_when_asked(glue_context: GlueContext) -> None:
    frame = frame_of(glue_context, "SELECT 1 AS Title")
    assert frame.apply_mapping([("title", "t")]).toDF().columns == ["t"]
    assert frame.apply_mapping([("title", "t")], case_sensitive=True).toDF().columns == []


def test_array_keeps_its_elements(glue_context: GlueContext) -> None:
    frame = frame_of(glue_context, "SELECT array(1, 2) AS a")
    assert frame.apply_mapping([("a", "array", "b", "array")]).toDF().dtypes == [
        ("b", "array<int>")
    ]


@pytest.mark.parametrize(
    ("mappings", "error", "message"),
    [
        ([["a", "int", "b", "int"]], TypeError, "a mapping is a tuple"),
        ([("a",)], ValueError, "this one has 1"),
        ([("a", "int", "b", "int", "c")], ValueError, "this one has 5"),
        ([("a", "int", "b", "number")], InvalidOptionError, "the type 'number' is unknown; valid:"),
        ([("a", "int", "b", "decimal(39,2)")], InvalidOptionError, "impossible"),
        ([("a..b", "int", "b", "int")], InvalidOptionError, "not a field path"),
        ([("`a", "int", "b", "int")], InvalidOptionError, "not a field path"),
    ],
)
def test_what_is_no_mapping(
    glue_context: GlueContext, mappings: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        frame_of(glue_context, "SELECT 1 AS a").apply_mapping(mappings)
