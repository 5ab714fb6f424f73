"""One row a key, the same one whatever the order of the input."""

import itertools

import pytest

from imdb_etl.duplicates import mark_duplicates
from imdb_etl.names import REJECT_REASONS, TARGET

pytestmark = [pytest.mark.spark]

SCHEMA = (
    f"n int, {TARGET} struct<title: string, year: int, votes: bigint, note: string>, "
    f"{REJECT_REASONS} array<string>"
)
ROWS = [
    (1, ("Drishyam", 2013, 5, "x"), []),
    (2, ("Drishyam", 2015, 5, "x"), []),
    (3, ("Heat", 1995, 10, "x"), []),
    (4, ("Heat", 1995, 20, "x"), []),
    (5, ("Heat", 1995, None, "x"), []),
    (6, ("Heat", 1995, 99, "x"), ["gross: bad"]),
    (7, ("Ran", 1985, 7, "a"), []),
    (8, ("Ran", 1985, 7, "b"), []),
]


def kept(spark, rows):
    frame = spark.createDataFrame(rows, SCHEMA)
    marked = mark_duplicates(frame, ("title", "year"), "votes").collect()
    assert len(marked) == len(rows)
    return {row["n"]: row[REJECT_REASONS] for row in marked}


def test_the_row_with_the_highest_value_is_kept_and_the_others_say_why(spark):
    reasons = kept(spark, ROWS)
    assert [n for n, why in sorted(reasons.items()) if not why] == [1, 2, 4, 8]
    assert reasons[3] == [
        "duplicate key (title, year): another row of the input has it and is kept"
    ]
    assert reasons[6] == ["gross: bad"]


def test_the_choice_does_not_depend_on_the_order_of_rows(spark):
    for order in itertools.islice(itertools.permutations(ROWS), 0, 40000, 13000):
        assert [n for n, why in sorted(kept(spark, list(order)).items()) if not why] == [1, 2, 4, 8]
