"""A chain of operations is one plan of Spark's own: no RDD, and no row goes through Python."""

from pathlib import Path

import pytest

from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame

pytestmark = pytest.mark.spark

# What a plan has when rows leave it: an RDD of the caller's, or Python functions.
OUTSIDE = ("RDD", "Python", "ExternalRDD", "SerializeFromObject", "DeserializeToObject")


def plan(frame: DynamicFrame) -> str:
    return str(frame.toDF()._jdf.queryExecution().executedPlan().toString())


@pytest.fixture
def people(glue_context: GlueContext, tmp_path: Path) -> DynamicFrame:
    (tmp_path / "a.csv").write_text("id,name,score,city\n1,ann,9.5,x\n2,bob,8,y\n3,cy,,z\n")
    return glue_context.create_dynamic_frame.from_options(
        "s3", {"paths": [f"file://{tmp_path}"]}, "csv", {"withHeader": True}
    )


def test_a_chain_over_a_file_is_one_scan_of_it(people: DynamicFrame) -> None:
    mapped = people.apply_mapping(
        [
            ("id", "string", "id", "long"),
            ("name", "string", "who.name", "string"),
            ("score", "string", "score", "decimal(4,2)"),
            ("city", "string", "city", "string"),
        ]
    )
    renamed = mapped.rename_field("city", "town").select_fields(["id", "who", "score", "town"])
    parts = renamed.split_rows({"id": {">": 1}}, "high", "low")
    chosen = parts["high"].drop_fields(["who.name", "town"])
    found = plan(chosen)
    assert found.count("Scan csv") == 1
    assert not [word for word in OUTSIDE if word in found]
    assert [tuple(row) for row in chosen.toDF().orderBy("id").collect()] == [(2, 8), (3, None)]


def test_other_operations_stay_plans_too(people: DynamicFrame) -> None:
    nested = people.apply_mapping([("id", "id", "int"), ("name", "a.name"), ("score", "a.score")])
    for frame in (
        nested.unnest(),
        nested.resolveChoice(specs=[("a.score", "cast:double")]),
        nested.union(nested),
        nested.mergeDynamicFrame(nested.select_fields(["id"]), ["id"]),
        nested.split_fields(["a.name"], "one", "two")["one"],
        people.join(["id"], ["id"], nested),
    ):
        assert not [word for word in OUTSIDE if word in plan(frame)]


def test_only_the_staging_of_relationalize_is_read_again(
    glue_context: GlueContext, tmp_path: Path
) -> None:
    data = glue_context.spark_session.sql("SELECT id, array(id, id + 1) AS l FROM range(4)")
    tables = DynamicFrame.fromDF(data, glue_context, "f").relationalize("r", f"file://{tmp_path}")
    for frame in tables.values():
        found = plan(frame)
        assert found.count("FileScan parquet") == 1
        assert not [word for word in OUTSIDE if word in found]
