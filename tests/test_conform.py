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

SCHEMA = "title string, rating string, votes string, other string"
ROWS = [
    ("fits", "9.3", "10", "x"),
    ("does not fit", "nine", "10", "x"),
    ("a number with blanks", " 8.5 ", "10", None),
    ("blanks", "  ", "10", "x"),
    ("absent", None, None, "x"),
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
    frame = spark.createDataFrame([(cell,) for cell in case["cells"]], "c string")
    settled = conform.settled(frame, [column])
    conforming = conform.conforming(settled)
    assert conforming.schema["c"].dataType.simpleString() == case["read_as"]
    assert [row["c"] for row in conforming.collect()] == case["values"]
    misfits = conform.misfits(settled, [column])
    reasons = [row[REJECT_REASONS] for row in misfits.collect()]
    assert reasons == [[reason] for reason in case.get("reasons", [])]


def test_only_misfits_are_set_aside_as_they_came(rows):
    conforming = conform.conforming(conform.settled(rows, COLUMNS))
    ratings = {row["title"]: row["rating"] for row in conforming.collect()}
    assert ratings == {"fits": 9.3, "a number with blanks": 8.5, "blanks": None, "absent": None}
    (row,) = conform.misfits(conform.settled(rows, COLUMNS), COLUMNS).collect()
    assert (row["title"], row["rating"], row["votes"]) == ("does not fit", "nine", "10")
    assert row[REJECT_REASONS] == [
        "rating: 'nine' is not a double that keeps its digits (15 at most)"
    ]


def test_no_row_is_lost_or_doubled(rows):
    kept = conform.conforming(conform.settled(rows, COLUMNS)).select("title")
    aside = conform.misfits(conform.settled(rows, COLUMNS), COLUMNS).select("title")
    assert_df_equality(kept.union(aside), rows.select("title"), ignore_row_order=True)


def test_a_column_that_the_mapping_does_not_read_stays_as_it_is(rows):
    kept = conform.conforming(conform.settled(rows, COLUMNS))
    assert {row["other"] for row in kept.collect()} == {"x", None}


def test_columns_of_text_set_nothing_aside(rows):
    settled = conform.settled(rows, COLUMNS[:1])
    assert conform.misfits(settled, COLUMNS[:1]).count() == 0
    assert conform.conforming(settled).count() == len(ROWS)
