"""Recommended rulesets: the formulas, recomputed here from the file; and they hold on any data."""

import csv
import datetime
import math
from collections import Counter
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from dqdl import evaluate, parse
from dqdl.recommend import recommend

SAMPLE = Path(__file__).parents[3] / "data" / "imdb_top_1000.csv"
WHOLE = {"Meta_score", "No_of_Votes"}
FRACTIONS = {"IMDB_Rating"}
CENT = Decimal("0.01")

pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def movies(spark: SparkSession) -> DataFrame:
    return spark.read.csv(str(SAMPLE), header=True, inferSchema=True, escape='"')


def cut(share: float, rows: int) -> str:
    """The lower end of the 95% interval around a share, cut to two decimals."""
    end = share - 1.96 * math.sqrt(share * (1 - share) / rows)
    return str(Decimal(str(end)).quantize(CENT, ROUND_DOWN).normalize())


def beyond(low: Decimal, high: Decimal) -> str:
    if low == 0:
        return f"<= {high:f}"
    return f"between {low - 1:f} and {high + 1:f}"


def expected_of(name: str, cells: list[str]) -> list[str]:
    """What the formulas give for one column; an empty cell is NULL."""
    rows, present = len(cells), [cell for cell in cells if cell]
    nulls = rows - len(present)
    share = len(present) / rows
    rules = [f'Completeness "{name}" >= {cut(share, rows)}' if nulls else f'IsComplete "{name}"']
    counted = Counter(cells)
    once = sum(count == 1 for count in counted.values())
    # 120 values make a category; the counts of the sample keep away from that bound.
    if len(counted) <= 120 and name not in FRACTIONS:
        if once / len(counted) <= 0.1:
            rules.append(f'ColumnValues "{name}" in {len(counted)}')
        covered, top = 0, 0
        for _, count in counted.most_common():
            if covered >= 0.9 * rows:
                break
            covered, top = covered + count, top + 1
        if once / len(counted) <= 0.4 and covered < rows:
            bound = cut(covered / rows, rows)
            rules.append(f'ColumnValues "{name}" in {top} with threshold >= {bound}')
    if name in WHOLE | FRACTIONS:
        numbers = [Decimal(cell) for cell in present]
        mean = sum(numbers) / len(numbers)
        variance = sum((number - mean) ** 2 for number in numbers) / len(numbers)
        low, high = (
            (variance.sqrt() * factor).quantize(CENT, ROUND_HALF_UP).normalize()
            for factor in (Decimal("0.95"), Decimal("1.05"))
        )
        rules.append(f'StandardDeviation "{name}" between {low:f} and {high:f}')
    if not nulls and once / rows > 0.95:
        rules.append(f'Uniqueness "{name}" > 0.95')
    if name in WHOLE | FRACTIONS:
        where = f' where "`{name}` IS NOT NULL"' if nulls else ""
        rules.append(f'ColumnValues "{name}" {beyond(min(numbers), max(numbers))}{where}')
    else:
        lengths = [Decimal(len(cell)) for cell in cells]
        rules.append(f'ColumnLength "{name}" {beyond(min(lengths), max(lengths))}')
    return rules


def shortened(rule: str) -> str:
    """A list of values by its length: values that stand equally often may come in any order."""
    head, bracket, rest = rule.partition("in [")
    if not bracket:
        return rule
    listed, _, tail = rest.rpartition("]")
    return f"{head}in {len(listed.split(','))}{tail}"


def test_the_sample_gets_what_the_formulas_give(movies: DataFrame) -> None:
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        header, *lines = csv.reader(file)
    expected = ["RowCount between 500 and 2000"]
    for place, name in enumerate(header):
        expected += expected_of(name, [line[place] for line in lines])
    assert [shortened(str(rule)) for rule in recommend(movies).rules] == expected


def test_the_sample_passes_what_it_was_recommended(movies: DataFrame) -> None:
    assert not [o for o in evaluate(movies, recommend(movies)).outcomes if not o.passed]


def test_what_glue_recommended_for_the_sample_comes_out_to_the_letter(movies: DataFrame) -> None:
    """Rules that AWS Glue recommended for this data as its catalog has it, seen in public jobs."""
    strings = [name for name, kind in movies.dtypes if kind == "string"]
    catalogued = movies.toDF(*(name.lower() for name in movies.columns)).fillna("", strings)
    rules = [str(rule) for rule in recommend(catalogued, like_glue=True).rules]
    for seen in (
        "RowCount between 500 and 2000",
        'IsComplete "series_title"',
        'Uniqueness "series_title" > 0.95',
        'ColumnLength "series_title" between 1 and 69',
        'ColumnLength "released_year" between 1 and 5',
        'ColumnValues "certificate" in ["U","A","UA","R","","PG-13","PG"] with threshold >= 0.91',
        'ColumnLength "certificate" <= 8',
        'ColumnLength "genre" between 4 and 30',
        'Completeness "meta_score" >= 0.82',
        'StandardDeviation "meta_score" between 11.75 and 12.99',
        'ColumnValues "meta_score" between 27 and 101',
        'Uniqueness "star3" > 0.95',
        'StandardDeviation "no_of_votes" between 310848.53 and 343569.43',
        'Uniqueness "no_of_votes" > 0.95',
        'ColumnValues "no_of_votes" between 25087 and 2343111',
        'ColumnLength "gross" <= 11',
    ):
        assert seen in rules
    assert 'Uniqueness "star4" > 0.95' not in rules
    lists = {rule.partition(" in [")[0]: rule for rule in rules if "with threshold" in rule}
    assert lists['ColumnValues "meta_score"'].endswith("with threshold >= 0.89")
    assert lists['ColumnValues "released_year"'].endswith("with threshold >= 0.88")
    assert set(lists) == {
        f'ColumnValues "{name}"' for name in ("released_year", "certificate", "meta_score")
    }


NAN, INFINITY = float("nan"), float("inf")
FRAMES: dict[str, tuple[str, list[tuple[Any, ...]]]] = {
    "no rows": ("a int, b string", []),
    "one row": ("a int, b string", [(7, "x")]),
    "nothing but NULL": ("a int, b string, c double, d date", [(None,) * 4] * 5),
    "odd names": (
        '`a b` int, `a.b` string, `q"q` string, `back\\slash` double, `tick``tick` int',
        [(i % 3, f"v{i % 3}", None if i % 4 else "x", i * 0.5, i or None) for i in range(30)],
    ),
    "names that DQDL cannot spell": ('`end\\` int, `mid\\"dle` int, `ok` int', [(1, 1, 1)] * 3),
    "odd values": (
        "s string",
        [(v,) for v in ('say "hi"', "back\\slash", "", " ", "ü\nü", "NULL", "a,b]") for _ in "12"],
    ),
    "values like dates": (
        "s string, t string",
        [("2020-01-01", "12:30"), ("2020-02-30", "1:05 PM")] * 9,
    ),
    "some values like dates": ("s string", [("2020-01-01",), ("never",)] * 9),
    "times and truth": (
        "d date, t timestamp, b boolean",
        [
            (
                datetime.date(2020, 1, 1 + i),
                datetime.datetime(2020, 1, 1, i, tzinfo=datetime.UTC),
                i % 2 == 0,
            )
            for i in range(9)
        ],
    ),
    "NaN and infinities": (
        "a double, b double, c float, d double",
        [(NAN, INFINITY, 1.5, 0.1), (1.0, 2.0, NAN, 0.1), (2.0, None, 0.1, 0.1)] * 4,
    ),
    "nothing but NaN": ("a double", [(NAN,)] * 3),
    "great numbers": (
        "a bigint, b decimal(38,2), c double, e bigint",
        [
            (2**63 - 1, Decimal("9" * 36 + ".99"), 1e300, 2**53 + 1),
            (-(2**63), Decimal("-" + "9" * 36 + ".99"), -1e300, 2**53 + 3),
        ]
        * 3,
    ),
    "small spread": (
        "a double, b decimal(5,4)",
        [(0.001, Decimal("0.0010"))] * 3 + [(0.002, None)],
    ),
    "zero is the least": ("a int, b double", [(0, 0.0), (5, 0.25), (9, -0.0)]),
    "nested": ("a array<int>, b struct<x:int>, m map<string,int>", [([1], (1,), {"k": 1})] * 2),
    "binary": ("a binary", [(b"\x00",), (b"\x01",), (None,)]),
    "many values": ("a int, b string", [(i, f"user {i}") for i in range(2000)]),
}


@pytest.mark.parametrize("title", FRAMES)
def test_recommended_rules_parse_again_and_hold_on_their_data(
    spark: SparkSession, title: str
) -> None:
    schema, rows = FRAMES[title]
    frame = spark.createDataFrame(rows, schema)
    ruleset = recommend(frame)
    assert parse(str(ruleset)) == ruleset
    failed = [(o.rule, o.failure_reason) for o in evaluate(frame, ruleset).outcomes if not o.passed]
    assert failed == []


def texts(spark: SparkSession, title: str) -> list[str]:
    schema, rows = FRAMES[title]
    return [str(rule) for rule in recommend(spark.createDataFrame(rows, schema)).rules]


def test_without_rows_only_the_columns_are_known(spark: SparkSession) -> None:
    assert texts(spark, "no rows") == ["ColumnCount = 2"]


def test_a_column_of_nothing_but_null_gets_no_rule(spark: SparkSession) -> None:
    assert texts(spark, "nothing but NULL") == ["RowCount between 2 and 10"]


def test_a_name_that_dqdl_cannot_spell_gets_no_rule(spark: SparkSession) -> None:
    assert all('"ok"' in rule for rule in texts(spark, "names that DQDL cannot spell")[1:])


def test_nan_is_left_aside_and_an_infinite_bound_is_none(spark: SparkSession) -> None:
    rules = texts(spark, "NaN and infinities")
    assert 'ColumnValues "a" <= 2 where "NOT isnan(`a`)"' not in rules
    assert 'ColumnValues "a" between 0 and 3 where "NOT isnan(`a`)"' in rules
    assert not [rule for rule in rules if rule.startswith('ColumnValues "b"')]


def test_columns_that_spark_cannot_tell_apart_get_no_rule(spark: SparkSession) -> None:
    frame = spark.createDataFrame([(1, 2, 3)], "a int, A int, b int")
    assert all('"b"' in str(rule) for rule in recommend(frame).rules[1:])
