"""DQDL in plain Python, one row after the other: what the differential test compares dqdl with.

Written from AWS's documentation and the notes of docs/rules.md, sharing no code with dqdl: no
Spark, numbers as Decimal and Fraction. A row's result is True (passed), False (failed) or None
(skipped). Values are None, bool, int, float, Decimal, str, date and datetime (UTC).
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, NamedTuple, TypeAlias

Row: TypeAlias = Mapping[str, Any]
Letter: TypeAlias = bool | None

NULL, EMPTY, BLANK = "NULL", "EMPTY", "WHITESPACES_ONLY"
NUMERIC = ("int", "bigint", "double", "decimal(20,4)")
TEMPORAL = ("date", "timestamp")
_NUMBER = re.compile(r"[ \t\n]*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?[ \t\n]*")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Keyword(NamedTuple):
    """NULL, EMPTY or WHITESPACES_ONLY among the operands."""

    name: str


@dataclass(frozen=True)
class Condition:
    """`kind`: numbers have Decimal operands, strings str, dates date; each may have Keywords."""

    operator: str
    operands: tuple[Any, ...]
    kind: Literal["number", "string", "date"] = "number"


@dataclass(frozen=True)
class Where:
    """A filter as SQL and as a three-valued function; None when the SQL is not valid."""

    sql: str
    keeps: Callable[[Row], Letter] | None


@dataclass(frozen=True)
class Rule:
    type_name: str
    columns: tuple[str, ...] = ()
    condition: Condition | None = None
    where: Where | None = None
    threshold: Condition | None = None


@dataclass(frozen=True)
class Composite:
    operator: Literal["AND", "OR"]
    parts: "tuple[Rule | Composite, ...]"


@dataclass(frozen=True)
class Answer:
    """`passed` is None where doubles are too coarse to tell; `rows` None when all rows skip."""

    passed: bool | None
    rows: tuple[Letter, ...] | None = None
    metrics: Mapping[str, Fraction | float] = field(default_factory=dict)


class CannotEvaluateError(Exception):
    """Unknown column, wrong type or invalid filter."""


@dataclass(frozen=True)
class Frame:
    types: Mapping[str, str]
    rows: tuple[Row, ...]


FAILS_ROWS = ("Completeness", "IsComplete", "ColumnValues", "ColumnLength", "IsPrimaryKey")


def judge(
    rule: Rule | Composite, frame: Frame, filtered: Letter = True, by_row: bool = False
) -> Answer:
    """`filtered`: a row's result outside the rule's filter; `by_row`: composites judge rows."""
    if isinstance(rule, Composite):
        return _composite(rule, frame, filtered, by_row)
    try:
        return _rule(rule, frame, filtered)
    except CannotEvaluateError:
        failing = tuple(False for _ in frame.rows) if rule.type_name in FAILS_ROWS else None
        return Answer(False, failing)


def _composite(rule: Composite, frame: Frame, filtered: Letter, by_row: bool) -> Answer:
    parts = [judge(part, frame, filtered, by_row) for part in rule.parts]
    join = _and if rule.operator == "AND" else _or
    rows: tuple[Letter, ...] | None = None
    results = [part.rows for part in parts if part.rows is not None]
    if len(results) == len(parts):
        rows = tuple(join(letters) for letters in zip(*results, strict=True))
    metrics = {key: value for part in parts for key, value in part.metrics.items()}
    outcome = join([part.passed for part in parts])
    if by_row:
        if rows is None or not _judges_rows(rule):
            return Answer(outcome, None, metrics)
        return Answer(all(letter is not False for letter in rows), rows, metrics)
    return Answer(outcome, rows, metrics)


def _judges_rows(rule: Rule | Composite) -> bool:
    if isinstance(rule, Composite):
        return all(_judges_rows(part) for part in rule.parts)
    return rule.type_name not in ("Completeness", "Uniqueness") and rule.threshold is None


def _and(letters: Sequence[Letter]) -> Letter:
    if any(letter is False for letter in letters):
        return False
    return None if None in letters else True


def _or(letters: Sequence[Letter]) -> Letter:
    if any(letter is True for letter in letters):
        return True
    return None if None in letters else False


def _rule(rule: Rule, frame: Frame, filtered: Letter) -> Answer:
    if rule.where is not None and rule.where.keeps is None:
        raise CannotEvaluateError
    for column in rule.columns:
        if column not in frame.types and rule.type_name != "ColumnExists":
            raise CannotEvaluateError
    keeps = rule.where.keeps if rule.where is not None and rule.where.keeps else (lambda _: True)
    inside = [keeps(row) is True for row in frame.rows]
    scope = [row for row, kept in zip(frame.rows, inside, strict=True) if kept]
    answer = _MEASURES[rule.type_name](rule, frame, scope)
    if rule.where is not None and not scope and rule.type_name != "RowCount":
        answer = Answer(True, answer.rows)
    if answer.rows is None:
        return answer
    own = iter(answer.rows)
    rows = tuple(next(own) if kept else filtered for kept in inside)
    return Answer(answer.passed, rows, answer.metrics)


# Conditions


def holds(condition: Condition, value: Fraction | float) -> bool:
    """A measured number against a condition, both as doubles; NaN meets none."""
    number = float(value)
    if math.isnan(number):
        return False
    return _compare(condition.operator, number, [float(item) for item in condition.operands])


def _compare(operator: str, value: Any, operands: Sequence[Any]) -> bool:
    first = operands[0] if operands else None
    match operator:
        case "=" | "in":
            return value in operands
        case "!=" | "not in":
            return value not in operands
        case ">":
            return bool(value > first)
        case ">=":
            return bool(value >= first)
        case "<":
            return bool(value < first)
        case "<=":
            return bool(value <= first)
        case "between":
            return bool(first < value < operands[1])
        case "not between":
            return bool(value <= first or value >= operands[1])
    raise AssertionError(operator)


def _null_result(condition: Condition) -> bool:
    return (condition.operator in ("!=", "not in")) != (Keyword(NULL) in condition.operands)


# ColumnValues


def _column_values(rule: Rule, frame: Frame, scope: list[Row]) -> Answer:
    (column,) = rule.columns
    condition = rule.condition
    assert condition is not None
    kind = frame.types[column]
    result = {"number": _number_result, "string": _string_result, "date": _date_result}[
        condition.kind
    ]
    result(condition, kind, None)  # the type is judged even where no row is left
    letters = []
    for row in scope:
        value = row[column]
        found = _null_result(condition) if value is None else result(condition, kind, value)
        letters.append(found)
    rows = tuple(letters)
    if not scope:
        return Answer(False, rows)
    share = Fraction(sum(letter is True for letter in rows), len(rows))
    if rule.threshold is not None:
        return Answer(holds(rule.threshold, share), rows)
    if condition.kind == "number" and condition.operator in (">", ">=") and kind == "double":
        # The minimum passes over NaN, unless there is nothing else.
        numbers = [(row[column], letter) for row, letter in zip(scope, rows, strict=True)]
        sound = [letter for value, letter in numbers if value is None or not math.isnan(value)]
        real = any(value is not None and not math.isnan(value) for value, _ in numbers)
        return Answer(real and all(letter is True for letter in sound), rows)
    return Answer(share == 1, rows)


def _number_result(condition: Condition, kind: str, value: Any) -> Letter:
    operands = [item for item in condition.operands if not isinstance(item, Keyword)]
    if kind == "string" and condition.operator in ("between", "not between", "in", "not in", "!="):
        if value is None or not _NUMBER.fullmatch(value):
            return None
        return _compare(condition.operator, float(value), [float(item) for item in operands])
    if kind not in NUMERIC:
        raise CannotEvaluateError
    if value is None:
        return None
    if kind == "double":
        if math.isnan(value):
            return condition.operator in ("!=", "not in", "not between")
        return _compare(condition.operator, value, [float(item) for item in operands])
    return _compare(condition.operator, Decimal(value), operands)


def _string_result(condition: Condition, kind: str, value: Any) -> Letter:
    if condition.operator in ("matches", "not matches"):
        if kind != "string":
            raise CannotEvaluateError
        return None if value is None else _matches(condition, value)
    operands = [item for item in condition.operands if item != Keyword(NULL)]
    keywords = any(isinstance(item, Keyword) for item in operands)
    if (keywords and kind != "string") or (operands and kind == "boolean"):
        raise CannotEvaluateError
    if value is None:
        return None
    found = any(_is(value, operand, kind) for operand in operands)
    return found != (condition.operator in ("!=", "not in"))


def _is(value: Any, operand: Any, kind: str) -> bool:
    if operand == Keyword(EMPTY):
        return bool(value == "")
    if operand == Keyword(BLANK):
        return value != "" and not value.strip(" \t\n\x0b\f\r")
    if kind == "string":
        return bool(value == operand)
    if kind in NUMERIC:
        if not _NUMBER.fullmatch(operand):
            return False
        return bool(value == (float(operand) if kind == "double" else Decimal(operand)))
    return False  # the generated strings are no dates


def _matches(condition: Condition, value: str) -> bool:
    (pattern,) = condition.operands
    anchored = f"^{pattern}$"
    if condition.operator == "not matches":
        anchored = rf"^(?!\b{pattern}\b).*$"
    found = re.search(anchored, value)
    return found is not None and found.group(0) != ""


def _date_result(condition: Condition, kind: str, value: Any) -> Letter:
    if kind not in (*TEMPORAL, "string"):
        raise CannotEvaluateError
    if kind == "string":
        if value is None or not _DATE.fullmatch(value):
            return None
        value = date.fromisoformat(value)
    elif isinstance(value, datetime):
        value = value.date()
    if value is None:
        return None
    operands = [item for item in condition.operands if not isinstance(item, Keyword)]
    return _compare(condition.operator, value, operands)


# The other row-level types


def _column_length(rule: Rule, frame: Frame, scope: list[Row]) -> Answer:
    (column,) = rule.columns
    condition = rule.condition
    assert condition is not None
    if frame.types[column] != "string":
        raise CannotEvaluateError
    lengths = [Decimal(len(row[column] or "")) for row in scope]
    rows = tuple(_compare(condition.operator, n, condition.operands) for n in lengths)
    return Answer(bool(rows) and all(rows), rows)


def _completeness(rule: Rule, _frame: Frame, scope: list[Row]) -> Answer:
    (column,) = rule.columns
    rows = tuple(row[column] is not None for row in scope)
    if not rows:
        return Answer(False, rows)
    share = Fraction(sum(rows), len(rows))
    passed = share == 1 if rule.condition is None else holds(rule.condition, share)
    return Answer(passed, rows, {f"Column.{column}.Completeness": share})


class _Groups:
    """Rows by key: NaN equals NaN, NULL equals NULL."""

    def __init__(self, rule: Rule, scope: list[Row]) -> None:
        self.keys = [tuple(map(_key, (row[column] for column in rule.columns))) for row in scope]
        self.counts = Counter(self.keys)
        self.known = {
            key: count for key, count in self.counts.items() if any(part != _NONE for part in key)
        }
        self.rows = tuple(self.counts[key] == 1 for key in self.keys)
        self.unique = sum(count == 1 for count in self.known.values())
        self.total = sum(self.known.values())
        names = ",".join(rule.columns)
        self.prefix = ("Column." if len(rule.columns) == 1 else "Multicolumn.") + names


_NONE = ("none", None)


def _key(value: Any) -> tuple[str, Any]:
    if value is None:
        return _NONE
    if isinstance(value, float) and math.isnan(value):
        return ("nan", None)
    return ("value", value)


def _uniqueness(rule: Rule, _frame: Frame, scope: list[Row]) -> Answer:
    groups = _Groups(rule, scope)
    if not groups.known:
        return Answer(False, groups.rows)
    share = Fraction(groups.unique, groups.total)
    passed = share == 1 if rule.condition is None else holds(rule.condition, share)
    return Answer(passed, groups.rows, {f"{groups.prefix}.Uniqueness": share})


def _unique_value_ratio(rule: Rule, _frame: Frame, scope: list[Row]) -> Answer:
    groups = _Groups(rule, scope)
    if not groups.known:
        return Answer(False, groups.rows)
    assert rule.condition is not None
    share = Fraction(groups.unique, len(groups.known))
    metrics = {f"{groups.prefix}.UniqueValueRatio": share}
    return Answer(holds(rule.condition, share), groups.rows, metrics)


def _is_primary_key(rule: Rule, _frame: Frame, scope: list[Row]) -> Answer:
    groups = _Groups(rule, scope)
    complete = [all(part != _NONE for part in key) for key in groups.keys]
    rows = tuple(one and whole for one, whole in zip(groups.rows, complete, strict=True))
    if not groups.known:
        return Answer(False, rows)
    uniqueness = Fraction(groups.unique, groups.total)
    metrics = {f"{groups.prefix}.Uniqueness": uniqueness}
    if len(rule.columns) == 1:
        metrics[f"{groups.prefix}.Completeness"] = Fraction(sum(complete), len(complete))
    return Answer(uniqueness == 1 and all(complete), rows, metrics)


# Numbers of the whole frame


def _row_count(rule: Rule, _frame: Frame, scope: list[Row]) -> Answer:
    assert rule.condition is not None
    count = Fraction(len(scope))
    return Answer(holds(rule.condition, count), None, {"Dataset.*.RowCount": count})


def _column_exists(rule: Rule, frame: Frame, _scope: list[Row]) -> Answer:
    exists = rule.columns[0] in frame.types
    return Answer(exists, None, {f"Dataset.{rule.columns[0]}.ColumnExists": float(exists)})


def _statistic(rule: Rule, frame: Frame, scope: list[Row]) -> Answer:
    """Mean, Sum, Variance, StandardDeviation, exactly; unsettled where doubles cannot follow."""
    (column,) = rule.columns
    if frame.types[column] not in NUMERIC:
        raise CannotEvaluateError
    assert rule.condition is not None
    values = [row[column] for row in scope if row[column] is not None]
    if not values:
        return Answer(False)
    key = f"Column.{column}.{rule.type_name}"
    if any(not math.isfinite(value) for value in values):
        total = sum(float(value) for value in values)
        if rule.type_name in ("Variance", "StandardDeviation"):
            total = math.nan
        return Answer(holds(rule.condition, total), None, {key: total})
    exact = [Fraction(value) for value in values]
    if max(map(abs, exact)) > Fraction(10) ** 100:
        return Answer(None)
    total_of = sum(exact)
    mean = total_of / len(exact)
    variance = sum((value - mean) ** 2 for value in exact) / len(exact)
    largest = max(map(abs, exact))
    value, slack = {
        "Mean": (mean, largest),
        "Sum": (total_of, largest * len(exact)),
        "Variance": (variance, largest**2),
        "StandardDeviation": (Fraction(math.sqrt(variance)), largest),
    }[rule.type_name]
    slack = slack / 10**9
    whole = rule.type_name in ("Mean", "Sum") and all(v.denominator == 1 for v in exact)
    near = any(abs(value - Fraction(item)) <= slack for item in rule.condition.operands)
    if near and not (whole and slack < 1):
        return Answer(None)
    return Answer(holds(rule.condition, value), None, {key: value} if slack < 1 else {})


_MEASURES: Mapping[str, Callable[[Rule, Frame, list[Row]], Answer]] = {
    "ColumnExists": _column_exists,
    "ColumnLength": _column_length,
    "ColumnValues": _column_values,
    "Completeness": _completeness,
    "IsComplete": _completeness,
    "IsPrimaryKey": _is_primary_key,
    "IsUnique": _uniqueness,
    "Mean": _statistic,
    "RowCount": _row_count,
    "StandardDeviation": _statistic,
    "Sum": _statistic,
    "UniqueValueRatio": _unique_value_ratio,
    "Uniqueness": _uniqueness,
    "Variance": _statistic,
}
