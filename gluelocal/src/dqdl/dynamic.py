"""Dynamic rules: `last(k)` and the functions over it become numbers before a rule is planned.

AWS Glue Developer Guide, dqdl, "Dynamic rules". `std` is the population's, as the rule type
StandardDeviation is; `percentile`, which AWS's grammar takes and the guide does not name, counts
from 0 to 100 and interpolates between neighbours (both unverified).
"""

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TypeAlias

from dqdl.errors import RuleFailedError
from dqdl.judging import number
from dqdl.model import Condition, Rule
from dqdl.operands import Arithmetic, Call, Number, Operand, Parenthesized, calls
from dqdl.ruletype import RuleType

Last: TypeAlias = Callable[[int], Sequence[float]]

_AGGREGATES: dict[str, Callable[[Sequence[float]], float]] = {
    "avg": statistics.fmean,
    "max": max,
    "median": statistics.median,
    "min": min,
    "std": statistics.pstdev,
    "sum": math.fsum,
}
_REDUCING = "avg, median, max, min, sum, std, index or percentile"


def is_list(operand: Operand) -> bool:
    """Whether the operand stands for several numbers.

    ValueError, whose text ends a sentence that begins with `found ...`, for an expression that has
    no value whatever the history.
    """
    match operand:
        case Call("last"):
            return _count(operand) > 1
        case Call("index", (series, place)):
            is_list(series)
            index = _index(operand, place)
            if isinstance(series, Call) and series.name == "last" and index >= _count(series):
                raise ValueError(f"'{operand}'; {series} has the places 0 to {_count(series) - 1}")
            return False
        case Call("percentile", (series, share)):
            is_list(series)
            _percentage(operand, share)
            return False
        case Call("abs", (inner,)) | Parenthesized(inner):
            return is_list(inner)
        case Call(_, arguments):
            for argument in arguments:
                is_list(argument)
            return False
        case Arithmetic(_, left, right):
            for side in (left, right):
                if is_list(side):
                    raise ValueError(_several(side))
            return False
        case _:
            return False


def check(operand: Operand) -> None:
    """ValueError, as `is_list`, for an operand that is not one number."""
    if calls(operand) and is_list(operand):
        raise ValueError(_several(operand))


def _several(operand: Operand) -> str:
    return (
        f"'{operand}', which is a list of results; {_REDUCING} makes one number of it, as in "
        f"avg({operand})"
    )


def _count(call: Call) -> int:
    if not call.arguments:
        return 1
    (argument,) = call.arguments
    if not isinstance(argument, Number) or not argument.text.isdigit() or not int(argument.text):
        raise ValueError(f"'{call}'; last takes how many results, a whole number from 1")
    return int(argument.text)


def _index(call: Call, place: Operand) -> int:
    if not isinstance(place, Number) or not place.text.isdigit():
        raise ValueError(f"'{call}'; index counts from 0, the newest, in whole numbers")
    return int(place.text)


def _percentage(call: Call, share: Operand) -> float:
    if isinstance(share, Number) and (share.value == 0 or 1 <= share.value <= 100):
        return float(share.value)
    raise ValueError(f"'{call}'; percentile takes a number from 1 to 100 (50 is the median), or 0")


def is_dynamic(rule: Rule) -> bool:
    return any(_is_dynamic(condition) for condition in (rule.condition, rule.threshold))


def _is_dynamic(condition: Condition | None) -> bool:
    return condition is not None and any(calls(operand) for operand in condition.operands)


def resolved(
    rule: Rule, rule_type: RuleType, history: Callable[[str, int], Sequence[float]]
) -> Rule:
    """The rule with numbers in place of what looks at history; RuleFailedError when there is none.

    `history` gives the newest values of a metric, newest first; its names are `history_key`s.
    """

    def put_in(condition: Condition | None) -> Condition | None:
        if condition is None or not _is_dynamic(condition):
            return condition
        key = history_key(rule, rule_type, rule_type.history_metric(rule, condition))
        numbers = (
            Number(plain(evaluated(operand, lambda count: history(key, count))))
            if calls(operand)
            else operand
            for operand in condition.operands
        )
        return replace(condition, operands=tuple(numbers))

    return replace(rule, condition=put_in(rule.condition), threshold=put_in(rule.threshold))


def history_key(rule: Rule, rule_type: RuleType, metric: str) -> str:
    """The name a metric is recorded under: the metric's own, and what that name does not tell."""
    parts = [metric]
    if not rule_type.parameters_in_metric:
        parts += map(str, rule.parameters)
    if metric.endswith(".Compliance") and rule.condition:
        parts.append(str(rule.condition))
    if rule.where is not None:
        parts.append(f'where "{rule.where}"')
    return " ".join(parts)


def plain(value: float) -> str:
    """A number as DQDL can read it: never with an exponent."""
    return format(Decimal(repr(value)), "f")


def evaluated(operand: Operand, last: Last) -> float:
    """The operand's one number; RuleFailedError when these results give none."""
    value = _value(operand, last)
    if isinstance(value, list):
        raise RuleFailedError(f"{operand} is a list of results")
    if not math.isfinite(value):
        raise RuleFailedError(f"{operand} is not a finite number")
    return value


def _value(operand: Operand, last: Last) -> float | list[float]:
    match operand:
        case Call("last"):
            found = list(last(_count(operand))) or [0.0]
            return found if _count(operand) > 1 else found[0]
        case Call("abs", (inner,)):
            value = _value(inner, last)
            return [abs(item) for item in value] if isinstance(value, list) else abs(value)
        case Call("index", (series, place)):
            values, index = _series(series, last), _index(operand, place)
            if index >= len(values):
                raise RuleFailedError(
                    f"{operand} looks for place {index}, and the history has the places 0 to "
                    f"{len(values) - 1}"
                )
            return values[index]
        case Call("percentile", (series, share)):
            return percentile(_series(series, last), _percentage(operand, share))
        case Call(name, (series,)):
            return float(_AGGREGATES[name](_series(series, last)))
        case Parenthesized(inner):
            return _value(inner, last)
        case Arithmetic(operator, left, right):
            first, second = (Number(plain(evaluated(side, last))) for side in (left, right))
            return number(Arithmetic(operator, first, second))
        case _:
            return number(operand)


def _series(operand: Operand, last: Last) -> list[float]:
    value = _value(operand, last)
    return value if isinstance(value, list) else [value]


def percentile(values: Sequence[float], percentage: float) -> float:
    ordered = sorted(values)
    place = (len(ordered) - 1) * percentage / 100
    below = ordered[math.floor(place)]
    return below + (ordered[math.ceil(place)] - below) * (place - math.floor(place))
