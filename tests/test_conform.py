"""Columns come in the types that the rules expect; a cell that cannot sets its row aside alone."""

from pathlib import Path

import pytest
import yaml
from chispa import assert_df_equality

from imdb_etl import conform
from imdb_etl.config import Column
from imdb_etl.names import REJECT_REASONS

pytestmark = [pytest.mark.spark]

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "conform.yml").read_text())

SCHEMA = "title string, rating struct<double: double, string: string>, votes bigint"
ROWS = [
    ("fits", (9.3, None), 10),
    ("does not fit", (None, "nine"), 10),
    ("text that is a number", (None, " 8.5 "), 10),
    ("absent", (None, None), 10),
    ("no struct at all", None, None),
]
COLUMNS = (
    Column("title", "varchar(99)", "title"),
    Column("rating", "decimal(3,1)", "rating", read_as="double"),
    Column("votes", "bigint", "votes", read_as="bigint"),
)


@pytest.fixture(scope="module")
def rows(spark):
    return spark.createDataFrame(ROWS, SCHEMA)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["title"])
def test_a_column_is_brought_to_its_type(spark, case):
    column = Column("c", "varchar(99)", "c", read_as=case["read_as"])
    frame = spark.createDataFrame([(cell,) for cell in case["cells"]], f"c {case['catalog']}")
    conforming = conform.conforming(frame, [column])
    assert conforming.schema["c"].dataType.simpleString() == case["read_as"]
    assert [row["c"] for row in conforming.collect()] == case["values"]
    misfits = conform.misfits(frame, [column])
    reasons = [row[REJECT_REASONS] for row in misfits.collect()] if misfits else []
    assert reasons == [[reason] for reason in case.get("reasons", [])]


def test_a_choice_becomes_its_type_and_only_misfits_are_set_aside(rows):
    conforming = conform.conforming(rows, COLUMNS)
    ratings = {row["title"]: row["rating"] for row in conforming.collect()}
    assert ratings == {
        "fits": 9.3,
        "text that is a number": 8.5,
        "absent": None,
        "no struct at all": None,
    }
    (row,) = conform.misfits(rows, COLUMNS).collect()
    assert (row["title"], row["rating"], row["votes"]) == ("does not fit", "nine", 10)
    assert row[REJECT_REASONS] == ["rating: 'nine' is not a double"]


def test_no_row_is_lost_or_doubled(rows):
    kept = conform.conforming(rows, COLUMNS).select("title")
    aside = conform.misfits(rows, COLUMNS).select("title")
    assert_df_equality(kept.union(aside), rows.select("title"), ignore_row_order=True)


def test_a_choice_that_the_mapping_does_not_read_is_text(rows):
    plain = conform.conforming(rows, COLUMNS[:1])
    assert plain.schema["rating"].dataType.simpleString() == "string"
    assert plain.count() == len(ROWS)


def test_columns_in_their_types_cost_nothing(rows):
    plain = rows.drop("rating")
    assert conform.conforming(plain, COLUMNS) is plain
    assert conform.misfits(plain, COLUMNS) is None
