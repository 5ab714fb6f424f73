"""Cells to target values, from cases/mapping.yml."""

from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from pyspark.sql.types import DecimalType, DoubleType, LongType, StringType, StructField, StructType

from imdb_etl import mapping
from imdb_etl.names import REJECT_REASONS, TARGET

pytestmark = [pytest.mark.spark]

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "mapping.yml").read_text())
TYPES = {"string": StringType(), "double": DoubleType(), "bigint": LongType()}


@pytest.fixture(scope="module")
def answers(spark, columns):
    """Every case's (value, reasons) by title; one Spark job for a column and source type."""
    by_name = {column.name: column for column in columns}
    found = {}
    groups = {(case["column"], case.get("from", "string")) for case in CASES}
    for name, kind in groups:
        cases = [c for c in CASES if (c["column"], c.get("from", "string")) == (name, kind)]
        schema = StructType(
            [
                StructField("title", StringType()),
                StructField(by_name[name].source, TYPES[kind]),
            ]
        )
        rows = spark.createDataFrame([(c["title"], c["cell"]) for c in cases], schema)
        reasoned = mapping.with_reasons(rows, [by_name[name]])
        converted = mapping.convert(reasoned, [by_name[name]])
        for row in converted.collect():
            assert row[mapping.CONVERTS] is not bool(row[REJECT_REASONS])
            found[row["title"]] = row[TARGET][name], row[REJECT_REASONS]
    return found


def test_titles_are_unique():
    assert len({case["title"] for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["title"])
def test_a_cell_converts_exactly_or_gives_a_reason(case, answers):
    value, reasons = answers[case["title"]]
    if "reason" in case:
        assert value is None
        assert len(reasons) == 1
        assert case["reason"] in reasons[0]
    else:
        expected = Decimal(case["to"]) if isinstance(value, Decimal) else case["to"]
        assert (value, reasons) == (expected, [])


def test_the_target_frame_has_the_target_s_names_order_and_types(spark, columns):
    rows = spark.createDataFrame([], ", ".join(f"{c.source} string" for c in columns))
    target = mapping.target_rows(mapping.convert(rows, columns))
    assert target.columns == [column.name for column in columns]
    kinds = {field.name: field.dataType.simpleString() for field in target.schema.fields}
    assert kinds["imdb_rating"] == DecimalType(3, 1).simpleString()
    assert (kinds["released_year"], kinds["gross"], kinds["genre"]) == ("int", "bigint", "string")


def test_every_bad_cell_of_a_row_is_named(spark, columns):
    cells = {c.source: None for c in columns} | {"gross": "a lot", "runtime": "long"}
    schema = ", ".join(f"{name} string" for name in cells)
    rows = spark.createDataFrame([tuple(cells.values())], schema)
    (row,) = mapping.with_reasons(rows, columns).collect()
    blamed = {reason.partition(":")[0] for reason in row[REJECT_REASONS]}
    required = {column.name for column in columns if not column.nullable}
    assert blamed == required | {"gross", "runtime"}
