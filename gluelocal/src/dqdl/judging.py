"""Does a measured number meet a condition, and with which words does it fail."""

from collections.abc import Callable
from decimal import Decimal

from dqdl import sql
from dqdl.errors import RuleFailedError
from dqdl.model import Condition, Operator, Rule
from dqdl.operands import Arithmetic, Number, Operand, Parenthesized
from dqdl.plan import Aggregate, Measure, Measured, RulePlan, Verdict

_COMPARE: dict[Operator, Callable[[float, list[float]], bool]] = {
    Operator.EQUAL: lambda value, operands: value == operands[0],
    Operator.NOT_EQUAL: lambda value, operands: value != operands[0],
    Operator.GREATER: lambda value, operands: value > operands[0],
    Operator.GREATER_OR_EQUAL: lambda value, operands: value >= operands[0],
    Operator.LESS: lambda value, operands: value < operands[0],
    Operator.LESS_OR_EQUAL: lambda value, operands: value <= operands[0],
    # between leaves both ends out, so not between takes them in (Glue Developer Guide, dqdl).
    Operator.BETWEEN: lambda value, operands: operands[0] < value < operands[1],
    Operator.NOT_BETWEEN: lambda value, operands: value <= operands[0] or value >= operands[1],
    Operator.IN: lambda value, operands: value in operands,
    Operator.NOT_IN: lambda value, operands: value not in operands,
}


def holds(condition: Condition, value: float) -> bool:
    """Whether the number meets the condition; NaN meets none."""
    if value != value:
        return False
    return _COMPARE[condition.operator](value, [number(item) for item in condition.values])


def number(operand: Operand) -> float:
    """The operand's value; RuleFailedError for a division by zero."""
    match operand:
        case Number():
            return float(operand.value)
        case Parenthesized(inner=inner):
            return number(inner)
        case Arithmetic(operator=operator, left=left, right=right):
            first, second = number(left), number(right)
            if operator == "/" and second == 0:
                raise RuleFailedError(f"Division by zero in {operand}")
            return {
                "+": lambda: first + second,
                "-": lambda: first - second,
                "*": lambda: first * second,
                "/": lambda: first / second,
            }[operator]()
        case _:
            raise RuleFailedError(f"{operand} is not a number")


def shown(value: float, whole: bool = False) -> str:
    """A number as Java prints it, which is how Glue's messages show it (10.0, 1.0E7, NaN)."""
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    if whole:
        return str(int(value))
    written = repr(float(value))
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return written
    number = Decimal(written)
    digits = "".join(map(str, number.normalize().as_tuple().digits))
    sign = "-" if value < 0 else ""
    return f"{sign}{digits[0]}.{digits[1:] or '0'}E{number.adjusted()}"


def unmet(value: float | None, whole: bool = False) -> str:
    text = "NULL" if value is None else shown(value, whole)
    return f"Value: {text} does not meet the constraint requirement!"


def unmet_ratio(value: float) -> str:
    """The wording of the rules that Glue evaluates outside its metrics engine: a full stop."""
    return f"Value: {shown(value)} does not meet the constraint requirement."


def empty(analyzer: str) -> str:
    return f"Empty state for analyzer {analyzer}, all input values were NULL."


def total(rule: Rule) -> Aggregate:
    """How many rows the rule's filter keeps."""
    return Aggregate(sql.filtered("count(1)", rule.where_sql))


def no_row_matched(rule: Rule, measured: Measured) -> bool:
    """A filter that keeps no row leaves nothing to fail: the rule passes, without metrics."""
    return rule.where is not None and measured.count(total(rule)) == 0


def metric_plan(
    rule: Rule,
    measure: Measure,
    key: str,
    whole: bool = False,
    row: str | None = None,
    analyzer: tuple[str, str] | None = None,
) -> RulePlan:
    """A rule that compares one number of the frame with its condition; `row` as in RulePlan.

    `analyzer`: name and operands of Glue's analyzer, for the reason when there is no number; the
    rule type and its parameters when None.
    """

    def judge(measured: Measured) -> Verdict:
        if no_row_matched(rule, measured):
            return Verdict(True)
        value = measured.get(measure)
        if value is None:
            written = ",".join(parameter.value for parameter in rule.parameters)
            name, operands = analyzer or (rule.type_name, written)
            where = f"Some({rule.where_sql})" if rule.where else "None"
            return Verdict(False, (empty(f"{name}({operands},{where})"),))
        passed = value == 1 if rule.condition is None else holds(rule.condition, value)
        return Verdict(passed, () if passed else (unmet(value, whole),), {key: value})

    return RulePlan((measure, total(rule)), judge, row)


def ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
