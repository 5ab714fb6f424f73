"""Whatever a cell holds, the target gets exactly its value or its row a reason.

What must come out is computed by Python's own decimals and regular expressions, for random cells
and for every type and every way to read a number at once.
"""

import re
from decimal import Decimal, localcontext

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyspark.sql import functions as sf

from imdb_etl import conform, mapping
from imdb_etl.cells import text_of_double
from imdb_etl.config import Column
from imdb_etl.names import REJECT_REASONS, TARGET

pytestmark = [pytest.mark.spark]

CELL = "cell"
NUMBERS = tuple(
    Column(f"{reads}_{number}", kind, CELL, reads=reads)
    for reads in ("plain", "minutes", "thousands")
    for number, kind in enumerate(
        (
            *("smallint", "integer", "bigint"),
            *("decimal(3,1)", "decimal(18,18)", "decimal(38,10)", "decimal(38,0)"),
        )
    )
)
COLUMNS = (*NUMBERS, Column("short", "varchar(5)", CELL), Column("long", "varchar(65535)", CELL))
RANGES = {"smallint": 15, "integer": 31, "bigint": 63}
SHAPES = {
    "plain": re.compile(r"([^\n\r\u0085\u2028\u2029]*)"),
    "minutes": re.compile(r"([0-9]+) ?min"),
    "thousands": re.compile(r"([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)"),
}
WRITTEN = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
PROPERTY = settings(
    # An example is a frame of hundreds of cells; to shrink one would take a hundred Spark jobs.
    max_examples=2,
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.large_base_example,
        HealthCheck.data_too_large,
    ],
    derandomize=True,
)

DIGITS = st.text("0123456789", min_size=1, max_size=42)
PLAIN = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["", "", "", "-", "+", " ", "0", "--"]),
        DIGITS,
        st.one_of(st.just(""), st.just("."), DIGITS.map(lambda digits: f".{digits}")),
        st.sampled_from(["", "", "", " ", "0", "000000000000", "\n", "e3", "\u0660", "f", "\t"]),
    ),
)
EDGES = st.builds(
    lambda bits, sign, off: str(sign * 2**bits + off),
    st.sampled_from([15, 31, 53, 63, 64, 126]),
    st.sampled_from([-1, 1]),
    st.integers(-2, 2),
)
GROUPED = st.builds(
    lambda number, spoilt: f"{number:,}".replace(",", spoilt, 1),
    st.integers(0, 10**20),
    st.sampled_from([",", ",", ",", "", ",,", ".", ", "]),
)
MINUTES = st.builds(
    "".join,
    st.tuples(
        st.integers(0, 10**11).map(str),
        st.sampled_from([" min", "min", "  min", " mins", " min min", " h"]),
    ),
)
NASTY = st.sampled_from(
    [
        *("", " ", "\t", "\u00a0", "NaN", "Infinity", "-0", "+0", "0.0", "1e400", "null", "a\0b"),
        *("\ufeff1", "1_000", "0x10", ".5", "5.", "min", " min", ",", "1,", "\U0001f3ac", "\uff15"),
        *("\u0661\u0669", "\u202e5"),
    ]
)
CELLS = st.one_of(st.none(), PLAIN, EDGES, GROUPED, MINUTES, NASTY, st.text(max_size=7))


def exact(column, text):
    """The target's value, or None when the cell is absent or its row must be rejected."""
    if text is None or not text.strip(" "):
        return None
    if not column.is_number:
        fits = len(text.encode()) <= column.arguments[0] and "\0" not in text
        return text if fits else None
    shaped = SHAPES[column.reads].fullmatch(text.strip(" "))
    number = shaped[1].replace(",", "") if shaped and column.reads == "thousands" else None
    number = shaped[1] if shaped and number is None else number
    if number is None or not WRITTEN.fullmatch(number):
        return None
    return fitting(column.type, column.arguments, Decimal(number))


def fitting(kind, arguments, value):
    """The value when the type holds it with nothing lost."""
    if kind in RANGES:
        top = 2 ** RANGES[kind]
        return int(value) if value == int(value) and -top <= value < top else None
    precision, scale = arguments
    with localcontext(prec=200):
        scaled = value.scaleb(scale)
        return value if scaled == int(scaled) and abs(scaled) < 10**precision else None


@PROPERTY
@given(cells=st.lists(CELLS, min_size=200, max_size=400))
def test_a_cell_of_text_is_loaded_exactly_or_rejected_with_a_reason(spark, cells):
    frame = spark.createDataFrame([(cell,) for cell in cells], f"{CELL} string")
    converted = mapping.convert(mapping.with_reasons(frame, COLUMNS), COLUMNS)
    rows = converted.collect()
    assert len(rows) == len(cells)
    for cell, row in zip(cells, rows, strict=True):
        expected = {column.name: exact(column, cell) for column in COLUMNS}
        assert (cell, row[TARGET].asDict()) == (cell, expected)
        # Nullable columns: only a cell that says something has a reason to be rejected.
        says = cell is not None and cell.strip(" ") != ""
        blamed = {reason.partition(":")[0] for reason in row[REJECT_REASONS]}
        wrong = {name for name, value in expected.items() if value is None} if says else set()
        assert (cell, blamed) == (cell, wrong)
        assert row[mapping.CONVERTS] is not bool(wrong)


# Numbers that a file may hold where a crawler has found doubles.
FIFTEEN = st.builds(
    lambda digits, exponent, sign: f"{sign}{digits}{exponent}",
    st.integers(0, 10**15 - 1),
    st.integers(-40, 40).map(lambda number: f"e{number}") | st.just(""),
    st.sampled_from(["", "-", "+"]),
)
POINTED = st.builds(
    lambda whole, fraction: f"{whole}.{fraction}",
    st.integers(0, 10**7 - 1),
    st.text("0123456789", min_size=0, max_size=8),
)
LONGER = st.decimals(allow_nan=False, allow_infinity=False).map(str)
WRITTEN_DOUBLE = r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?"
OF_A_DOUBLE = ("decimal(3,1)", "decimal(18,18)", "decimal(38,10)", "decimal(38,0)", "bigint")


@PROPERTY
@given(cells=st.lists(FIFTEEN | POINTED | LONGER | PLAIN, min_size=200, max_size=400))
def test_a_cell_that_is_a_double_on_its_way_is_loaded_exactly_or_rejected(spark, cells):
    """For the rules, and in every second row in the catalog already, as a crawler types a column.

    There more than 15 digits may be gone before anybody has seen them.
    """
    columns = [
        Column(f"c{number}", kind, CELL, read_as="double")
        for number, kind in enumerate(OF_A_DOUBLE)
    ]
    frame = spark.createDataFrame(list(enumerate(cells)), f"n int, {CELL} string")
    crawled = text_of_double(sf.col(CELL).cast("double").cast("string"))
    is_crawled = sf.col(CELL).rlike(f"^{WRITTEN_DOUBLE}$") & (sf.col("n") % 2 == 0)
    frame = frame.withColumn(CELL, sf.when(is_crawled, crawled).otherwise(sf.col(CELL)))
    settled = conform.settled(frame, columns[:1])
    conforming = conform.conforming(settled)
    aside = conform.misfits(settled, columns[:1])
    there = {row["n"]: row for row in mapping.convert(conforming, columns).collect()}
    left = [row["n"] for row in aside.collect()]
    assert sorted([*there, *left]) == list(range(len(cells)))
    for number, row in there.items():
        value = Decimal(cells[number].strip())
        if number % 2 == 0 and len(value.as_tuple().digits) > 15:
            continue
        for column in columns:
            found = row[TARGET][column.name]
            assert found is None or (cells[number], found) == (cells[number], value)
            fits = fitting(column.type, column.arguments, value)
            # What a rating may be (few digits, no exponent) is never turned away.
            if re.fullmatch(r"[0-9]{1,7}(\.[0-9]{1,8})?", cells[number]):
                assert (cells[number], found) == (cells[number], fits)
