"""The operations of a DynamicFrame, case by case.

A case has `title`, `call` (the method), maybe `with` (its arguments; pairs are tuples there), and

- records: a list of records, whose types are those of the values; or sql: a query, maybe with
  unsettled: {column: catalog type} for its columns of text
- and one of
  - schema: {column: type}, a choice as choice<long,string>; rows: the values in that order, in any
    order of the rows, a choice as a mapping by type; maybe errors: the number of error records
  - frames, for a collection: {name: {schema, rows}}
  - error: [exception, part of its text]
"""

import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from awsglue import gluetypes as G
from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame, DynamicFrameCollection
from awsglue.engine.rows import Rows
from awsglue.engine.types import spark_type

pytestmark = pytest.mark.spark


def input_frame(case: dict[str, Any], glue_context: GlueContext) -> DynamicFrame:
    if "records" in case:
        data = glue_context.spark_session.sparkContext.parallelize(case["records"], 1)
        return glue_context.create_dynamic_frame_from_rdd(data, "f")
    unsettled = {name: spark_type(kind) for name, kind in case.get("unsettled", {}).items()}
    frame = glue_context.spark_session.sql(case["sql"])
    return DynamicFrame(Rows(frame, unsettled=unsettled), glue_context, "f")


def arguments(case: dict[str, Any], folder: Path) -> dict[str, Any]:
    found = dict(case.get("with", {}))
    for name in {"specs", "mappings"} & set(found):
        found[name] = [tuple(pair) for pair in found[name]]
    if case["call"] == "relationalize":
        found.setdefault("staging_path", f"file://{folder}/staging")
    return found


def type_text(data_type: G.DataType) -> str:
    match data_type:
        case G.StructType():
            fields = (f"{name}:{type_text(child)}" for name, child in data_type.children())
            return f"struct<{','.join(fields)}>"
        case G.ArrayType():
            return f"array<{type_text(data_type.elementType)}>"
        case G.ChoiceType():
            return f"choice<{','.join(type_text(child) for _, child in data_type.children())}>"
        case G.DecimalType():
            return f"decimal({data_type.precision},{data_type.scale})"
    return data_type.typeName()


def plain(value: Any) -> Any:
    match value:
        case dict():
            return {name: plain(part) for name, part in value.items()}
        case list():
            return [plain(part) for part in value]
        case Decimal() | datetime.date():
            return str(value)
        case bytearray() | bytes():
            return bytes(value).decode()
    return value


def found_in(frame: DynamicFrame) -> dict[str, Any]:
    """The frame as a case's expectation has it, the rows sorted."""
    rows = [plain(list(row.asDict(True).values())) for row in frame.toDF().collect()]
    return {
        "schema": {field.name: type_text(field.dataType) for field in frame.schema()},
        "rows": sorted(rows, key=repr),
    }


def expected_of(case: dict[str, Any]) -> dict[str, Any]:
    return {"schema": case["schema"], "rows": sorted(plain(case["rows"]), key=repr)}


def check(case: dict[str, Any], glue_context: GlueContext, folder: Path) -> None:
    frame = input_frame(case, glue_context)
    call = getattr(frame, case["call"])
    if "error" in case:
        name, text = case["error"]
        with pytest.raises(Exception, match=text) as raised:
            call(**arguments(case, folder))
        assert type(raised.value).__name__ == name
        return
    result = call(**arguments(case, folder))
    if "frames" in case:
        assert isinstance(result, DynamicFrameCollection)
        assert {name: found_in(each) for name, each in result.items()} == {
            name: expected_of(each) for name, each in case["frames"].items()
        }
        return
    assert found_in(result) == expected_of(case)
    assert list(result.toDF().columns) == list(case["schema"])
    assert result.stageErrorsCount() == case.get("errors", 0)


@pytest.mark.cases("choices.yaml")
def test_choice(case: dict[str, Any], glue_context: GlueContext, tmp_path: Path) -> None:
    check(case, glue_context, tmp_path)


@pytest.mark.cases("nesting.yaml")
def test_nesting(case: dict[str, Any], glue_context: GlueContext, tmp_path: Path) -> None:
    check(case, glue_context, tmp_path)


@pytest.mark.cases("fields.yaml")
def test_fields(case: dict[str, Any], glue_context: GlueContext, tmp_path: Path) -> None:
    check(case, glue_context, tmp_path)
