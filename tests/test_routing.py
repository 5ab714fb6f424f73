"""Every row comes out once: to load, or to reject with a reason, whatever is in it."""

from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imdb_etl import duplicates, routing
from imdb_etl.config import Column, RedshiftTarget
from imdb_etl.names import REJECT_REASONS

pytestmark = [pytest.mark.spark]

COLUMNS = (
    Column("title", "varchar(6)", "title", nullable=False),
    Column("year", "smallint", "year", nullable=False),
    Column("rating", "decimal(3,1)", "rating"),
    Column("votes", "bigint", "votes"),
)
TARGET = RedshiftTarget("c", "dev", "movies", "t", ("title", "year"), "votes")
SCHEMA = (
    "n int, title string, year string, rating string, votes string, "
    "DataQualityRulesPass array<string>, DataQualityRulesFail array<string>, "
    "DataQualityRulesSkip array<string>, DataQualityEvaluationResult string"
)

TEXTS = st.one_of(
    st.none(),
    st.sampled_from(
        ["", " ", "Ran", "ran", "Amélie", "映画", "\U0001f3ac", "a\nb", "a\0b", "'\"\\"]
    ),
    st.text(max_size=7),
)
NUMBERS = st.one_of(
    st.none(),
    st.sampled_from(["1995", "32767", "32768", "-1", "+7", "9.25", "99.9", "100.0", "1e3", "NaN"]),
    st.sampled_from(["9223372036854775807", "9223372036854775808", "0" * 40 + "1", "١٩", " 5 "]),
    st.integers().map(str),
)
VERDICTS = st.sampled_from([("Passed", []), ("Failed", ["r"]), (None, None), ("Passed", [])])
ROWS = st.lists(st.tuples(TEXTS, NUMBERS, NUMBERS, NUMBERS, VERDICTS), max_size=30)


def routed(spark, rows):
    lines = [
        (n, title, year, rating, votes, [], failed, [], result)
        for n, (title, year, rating, votes, (result, failed)) in enumerate(rows)
    ]
    return routing.route(spark.createDataFrame(lines, SCHEMA), COLUMNS, TARGET)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    derandomize=True,
)
@given(rows=ROWS)
def test_no_row_is_lost_or_doubled_and_no_key_is_loaded_twice(spark, rows):
    result = routed(spark, rows)
    loaded = result.valid.collect()
    rejected = [row for frame in result.rejected for row in frame.collect()]
    assert len(loaded) == result.loadable
    assert len(loaded) + len(rejected) == len(rows)
    assert max(Counter(row["n"] for row in rejected).values(), default=1) == 1
    keys = [(row["title"], row["year"]) for row in loaded]
    assert len(set(keys)) == len(keys)
    assert None not in {part for key in keys for part in key}
    assert all(row[REJECT_REASONS] for row in rejected)
    # What was loaded is among the rows that were not rejected, value for value.
    left = set(range(len(rows))) - {row["n"] for row in rejected}
    expected = Counter((rows[n][0], int(Decimal(rows[n][1]))) for n in left)
    assert Counter(keys) == expected


@pytest.mark.parametrize("most_in_a_filter", [1000, 0])
def test_of_rows_with_one_key_the_highest_is_loaded(spark, monkeypatch, most_in_a_filter):
    monkeypatch.setattr(duplicates, "_MOST_IN_A_FILTER", most_in_a_filter)
    good = ("Passed", [])
    result = routed(
        spark,
        [
            ("Heat", "1995", "8.2", "10", good),
            ("Heat", "1995", "8.2", "20", good),
            ("Heat", "1995", "8.2", "30", ("Failed", ["r"])),
            ("Ran", "1985", "8.2", None, good),
            ("Ran", "1986", "8.2", None, good),
            ("Ran", "1985", "8.2", "x", good),
        ],
    )
    loaded = sorted((row["title"], row["year"], row["votes"]) for row in result.valid.collect())
    assert loaded == [("Heat", 1995, 20), ("Ran", 1985, None), ("Ran", 1986, None)]
    assert result.loadable == 3
    reasons = {
        row["n"]: row[REJECT_REASONS] for frame in result.rejected for row in frame.collect()
    }
    assert reasons[0] == [
        "duplicate key (title, year): another row of the input has it and is kept"
    ]
    assert sorted(reasons) == [0, 2, 5]
