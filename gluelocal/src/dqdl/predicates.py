"""A condition on a column's value as a three-valued SQL predicate.

true: the row passes; false: it fails; null: the value cannot be compared, the row is skipped.
NULL passes `!=` and `not in` and fails every other operator, unless the condition names NULL
(AWS Glue Developer Guide, ColumnValues, "Null behavior").
"""

import re
from datetime import date, datetime
from decimal import Decimal

from dqdl import sql
from dqdl.errors import RuleFailedError, UnsupportedRuleError
from dqdl.model import Condition, Operator
from dqdl.operands import Keyword, Now, Number, Operand, Text
from dqdl.scope import Column, Scope

_NULL = Keyword("NULL")
_NEGATIONS = (Operator.NOT_EQUAL, Operator.NOT_IN)
_BLANK = sql.text(r"^\s+$")
_MAX_BIGINT = 2**63 - 1
_MAX_DECIMAL_DIGITS = 38


def null_passes(condition: Condition) -> bool:
    return (condition.operator in _NEGATIONS) != (_NULL in condition.values)


def _with_null(condition: Condition, column: str, predicate: str) -> str:
    passes = "true" if null_passes(condition) else "false"
    return f"CASE WHEN {column} IS NULL THEN {passes} ELSE {predicate} END"


def _negated(condition: Condition, predicate: str) -> str:
    return f"NOT ({predicate})" if condition.operator in _NEGATIONS else predicate


def _listed(condition: Condition) -> list[Operand]:
    return [value for value in condition.values if value != _NULL]


# Numbers


def number_predicate(column: Column, condition: Condition) -> str:
    """For numeric columns; a string column is read as a number, and skipped where it is none.

    RuleFailedError for any other type, and for a string column under an ordering or `=`.
    """
    orders_or_equals = not (
        condition.operator.is_membership
        or condition.operator in (Operator.BETWEEN, Operator.NOT_BETWEEN, Operator.NOT_EQUAL)
    )
    if orders_or_equals or not column.is_string:
        column.require_numeric()
    operands = []
    for value in _listed(condition):
        if not isinstance(value, Number):
            raise UnsupportedRuleError(
                "ColumnValues rule only supports numeric operands or NULL keyword in conditions."
            )
        operands.append(_number(value.value, column))
    subject = {
        "float": f"CAST({column.sql} AS DOUBLE)",
        "string": f"try_cast({column.sql} AS DOUBLE)",
    }
    x = subject.get("string" if column.is_string else column.type, column.sql)
    return _with_null(
        condition,
        column.sql,
        compared(x, condition.operator, operands, nan=not column_is_exact(column)),
    )


def column_is_exact(column: Column) -> bool:
    return column.is_integer or column.type.startswith("decimal")


def compared(x: str, operator: Operator, operands: list[str], nan: bool = False) -> str:
    """`x` against literals; `nan`: x can be NaN, which Spark takes for the greatest number."""
    match operator:
        case Operator.GREATER | Operator.GREATER_OR_EQUAL:
            predicate = f"{x} {operator} {operands[0]}"
            return f"({predicate} AND NOT isnan({x}))" if nan else f"({predicate})"
        case Operator.BETWEEN:
            return f"({x} > {operands[0]} AND {x} < {operands[1]})"
        case Operator.NOT_BETWEEN:
            return f"({x} <= {operands[0]} OR {x} >= {operands[1]})"
        case Operator.IN | Operator.EQUAL | Operator.NOT_IN | Operator.NOT_EQUAL:
            negated = operator in _NEGATIONS
            if not operands:
                return "true" if negated else "false"
            return f"({x} {'NOT IN' if negated else 'IN'} ({', '.join(operands)}))"
        case _:
            return f"({x} {operator} {operands[0]})"


def _number(value: Decimal, column: Column) -> str:
    """Exact against exact columns; Glue goes through double, which confuses bigints above 2^53."""
    return exact_literal(value) if column_is_exact(column) else sql.double(value)


def exact_literal(value: Decimal) -> str:
    """A literal of just that value; a double where no type of Spark holds so many digits."""
    if value == value.to_integral_value() and abs(value) <= _MAX_BIGINT:
        return f"{int(value)}L"
    _, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    if max(len(digits), -exponent) <= _MAX_DECIMAL_DIGITS:
        return f"{value:f}BD"
    return sql.double(value)


# Strings


def string_predicate(column: Column, condition: Condition, scope: Scope) -> str:
    """`=`, `!=`, `in`, `not in` and `matches`; operands are cast to a column of another type."""
    if condition.operator.is_pattern:
        return _pattern_predicate(column, condition, scope)
    castable = column.is_string or column.is_numeric or column.is_temporal
    if _listed(condition) and not castable:
        column.require_string()
    terms = _string_terms(column, _listed(condition))
    matched = f"coalesce({' OR '.join(terms)}, false)" if terms else "false"
    return _with_null(condition, column.sql, _negated(condition, matched))


def _string_terms(column: Column, values: list[Operand]) -> list[str]:
    """What the value may be: a keyword's test each, and one list of all the texts."""
    terms, literals = [], []
    for value in values:
        if isinstance(value, Text):
            literal = sql.text(value.value)
            literals.append(
                literal if column.is_string else f"try_cast({literal} AS {column.type})"
            )
            continue
        column.require_string()
        assert isinstance(value, Keyword)
        blank = f"{column.sql} RLIKE {_BLANK}"
        terms.append(f"{column.sql} = ''" if value.name == "EMPTY" else blank)
    return [*terms, f"{column.sql} IN ({', '.join(literals)})"] if literals else terms


def _pattern_predicate(column: Column, condition: Condition, scope: Scope) -> str:
    """The expression that Glue builds: an empty match counts as none, so '' never passes."""
    column.require_string()
    (value,) = condition.values
    assert isinstance(value, Text)
    anchored = f"^{value.pattern}$"
    if condition.operator is Operator.NOT_MATCHES:
        anchored = rf"^(?!\b{value.pattern}\b).*$"
    scope.find(value.pattern, "")
    if _matches_no_empty_text(value.pattern, anchored, scope):
        found = f"{column.sql} RLIKE {sql.text(anchored)}"
    else:
        found = f"regexp_extract({column.sql}, {sql.text(anchored)}, 0) != ''"
    return f"coalesce({found}, false)"


def _matches_no_empty_text(pattern: str, anchored: str, scope: Scope) -> bool:
    """Then to find it is enough, for a third less time than to extract what was found.

    Where the anchors hold for the whole expression an empty match needs an empty line.
    """
    return _is_anchored_whole(pattern) and not scope.find(anchored, "")


def _is_anchored_whole(pattern: str) -> bool:
    """Whether ^ and $ around it hold for every alternative; false where that is hard to tell."""
    plain = re.sub(r"\[[^\[\]]*\]", "", re.sub(r"\\[^QE]", "", pattern)).replace("(?:", "(")
    if any(mark in plain for mark in ("(?", "\n", "\\", "[", "]")):
        return False
    depth = 0
    for character in plain:
        depth += (character == "(") - (character == ")")
        if character == "|" and depth == 0:
            return False
    return True


# Dates


def date_predicate(column: Column, condition: Condition, now: datetime) -> str:
    """Values and operands are compared as dates; a string that is no date is skipped."""
    if column.is_string:
        x = f"try_cast({column.sql} AS DATE)"
    elif column.is_temporal:
        x = f"CAST({column.sql} AS DATE)"
    else:
        raise RuleFailedError(
            f"Expected type of column {column.written} to be one of "
            f"(DateType,TimestampType,StringType), but found {column.type_class} instead!"
        )
    operands = [f"DATE'{_day(value, now)}'" for value in _listed(condition)]
    return _with_null(condition, column.sql, compared(x, condition.operator, operands))


def _day(operand: Operand, now: datetime) -> date:
    assert isinstance(operand, Text | Now)
    try:
        return operand.moment(now).date()
    except (ValueError, OverflowError) as problem:
        raise RuleFailedError(f"{operand} is not a date: {problem}") from problem
