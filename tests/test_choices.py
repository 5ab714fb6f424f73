"""Cells that do not fit their column's type set their row aside, and no other row."""

import pytest

from imdb_etl import choices
from imdb_etl.names import REJECT_REASONS

pytestmark = [pytest.mark.spark]

SCHEMA = "title string, rating struct<double: double, string: string>, votes bigint"
ROWS = [
    ("fits", (9.3, None), 10),
    ("does not fit", (None, "nine"), 10),
    ("absent", (None, None), 10),
    ("no struct at all", None, None),
]


@pytest.fixture(scope="module")
def rows(spark):
    return spark.createDataFrame(ROWS, SCHEMA)


def test_rows_that_fit_have_plain_columns(rows):
    fitting = choices.fitting(rows)
    assert fitting.schema["rating"].dataType.simpleString() == "double"
    ratings = {row["title"]: row["rating"] for row in fitting.collect()}
    assert ratings == {"fits": 9.3, "absent": None, "no struct at all": None}


def test_rows_that_do_not_fit_have_their_raw_text_and_a_reason(rows):
    (row,) = choices.misfits(rows).collect()
    assert (row["title"], row["rating"], row["votes"]) == ("does not fit", "nine", 10)
    assert row[REJECT_REASONS] == [
        "rating: 'nine' is not a double, which the catalog says the column holds"
    ]


def test_without_choice_columns_nothing_is_set_aside_and_nothing_is_computed(rows):
    plain = rows.drop("rating")
    assert choices.fitting(plain) is plain
    assert choices.misfits(plain) is None
