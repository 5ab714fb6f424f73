"""Measured numbers: how they are written in a reason, and whether they meet a condition."""

import math

import pytest

from dqdl import parse
from dqdl.errors import RuleFailedError
from dqdl.judging import holds, shown
from dqdl.model import Condition, Rule

# As java.lang.Double.toString specifies: no exponent from 10^-3 to 10^7, one digit before the
# point, as few digits after it as tell the number from its neighbours, but one at least.
WRITTEN = [
    (0.0, "0.0"),
    (-0.0, "-0.0"),
    (7, "7.0"),
    (0.1, "0.1"),
    (0.001, "0.001"),
    (0.00099, "9.9E-4"),
    (-2.5e-10, "-2.5E-10"),
    (9_999_999.0, "9999999.0"),
    (1e7, "1.0E7"),
    (12_345_678.9, "1.23456789E7"),
    (1.1e23, "1.1E23"),
    (-1.7e308, "-1.7E308"),
    (math.nan, "NaN"),
    (math.inf, "Infinity"),
    (-math.inf, "-Infinity"),
]


@pytest.mark.parametrize(("value", "text"), WRITTEN)
def test_a_number_is_written_as_java_writes_a_double(value: float, text: str) -> None:
    assert shown(value) == text


def test_a_whole_number_is_written_without_a_point() -> None:
    assert shown(12_345_678.0, whole=True) == "12345678"


def condition(text: str) -> Condition:
    (rule,) = parse(f"Rules = [ RowCount {text} ]").rules
    assert isinstance(rule, Rule)
    assert rule.condition is not None
    return rule.condition


# text, numbers that meet it, numbers that do not. between leaves both ends out, not between takes
# them in (AWS Glue Developer Guide, dqdl).
CONDITIONS = [
    ("= 2", [2.0], [1.0, 3.0]),
    ("!= 2", [1.0, 3.0], [2.0]),
    ("> 2", [2.5], [2.0, 1.0]),
    (">= 2", [2.0, 3.0], [1.9]),
    ("< 2", [1.9], [2.0, 3.0]),
    ("<= 2", [2.0, 1.0], [2.1]),
    ("between 1 and 3", [2.0], [1.0, 3.0, 0.0, 4.0]),
    ("not between 1 and 3", [1.0, 3.0, 0.0, 4.0], [2.0]),
    ("in [1, 3]", [1.0, 3.0], [2.0]),
    ("not in [1, 3]", [2.0], [1.0, 3.0]),
    ("= 1 + 2 * 3", [9.0], [7.0]),
    ("= 1 + (2 * 3)", [7.0], [9.0]),
    ("= 7 - 8 / 4", [-0.25], [5.0]),
    ("> -1", [0.0], [-1.0, -2.0]),
]


@pytest.mark.parametrize(("text", "meet", "miss"), CONDITIONS)
def test_a_number_meets_a_condition_or_not(text: str, meet: list[float], miss: list[float]) -> None:
    assert all(holds(condition(text), value) for value in meet)
    assert not any(holds(condition(text), value) for value in miss)
    assert not holds(condition(text), math.nan)


def test_a_division_by_zero_is_a_reason() -> None:
    with pytest.raises(RuleFailedError, match=r"Division by zero in 1 / 0"):
        holds(condition("> 1 / 0"), 1.0)
