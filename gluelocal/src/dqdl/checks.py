"""What the grammar alone cannot tell: rule types, their parameters, conditions and clauses."""

from collections.abc import Sequence
from typing import Literal

from dqdl import dynamic
from dqdl.errors import DqdlSyntaxError
from dqdl.model import Condition, ConditionKind, Operator, Position, Rule, Tag
from dqdl.operands import (
    Arithmetic,
    Call,
    Duration,
    Keyword,
    Now,
    Number,
    Operand,
    Parenthesized,
    Size,
    Text,
    Variable,
)
from dqdl.rules import rule_types
from dqdl.ruletype import RuleType, Signature
from dqdl.suggest import near, valid_here

# name -> how many arguments (least, most); AWS Glue Developer Guide, dqdl, "Dynamic rules".
FUNCTIONS = {
    "abs": (1, 1),
    "avg": (1, 1),
    "index": (2, 2),
    "last": (0, 1),
    "max": (1, 1),
    "median": (1, 1),
    "min": (1, 1),
    "percentile": (2, 2),
    "std": (1, 1),
    "sum": (1, 1),
}

_ORDERED = frozenset(
    {
        Operator.GREATER,
        Operator.GREATER_OR_EQUAL,
        Operator.LESS,
        Operator.LESS_OR_EQUAL,
        Operator.BETWEEN,
        Operator.NOT_BETWEEN,
    }
)
_NULLABLE = frozenset({ConditionKind.NUMBER, ConditionKind.STRING, ConditionKind.DATE})


def _fail(position: Position, message: str) -> DqdlSyntaxError:
    return DqdlSyntaxError(position.line, position.column, message)


def rule(rule: Rule) -> Rule:
    """The rule itself when its type takes what it has."""
    rule_type = _known(rule.type_name, rule.position)
    name = rule.type_name
    if rule_type.analyzer_only:
        raise _fail(rule.position, f"Analyzer Type: {name} is not supported in rules section")
    signatures = _fitting(rule_type, len(rule.parameters), rule.position)
    returns = frozenset(kind for signature in signatures for kind in signature.returns)
    if rule.condition is None:
        if ConditionKind.BOOLEAN not in returns:
            raise _fail(
                rule.position,
                f"Unexpected condition for rule of type {name} with {_listed(returns)} return "
                "type: it has none, and needs one",
            )
    elif not rule.condition.kinds & returns:
        raise _fail(
            rule.position,
            f"Unexpected condition for rule of type {name} with {_listed(returns)} return type: "
            f"found {rule.condition}",
        )
    elif name != "ColumnValues" and Keyword("NULL") in rule.condition.operands:
        raise _fail(rule.position, f"{name} measures a {_listed(returns)}; NULL is not one")
    if rule.where is not None and not rule_type.takes_where:
        raise _fail(rule.position, f"Where clause is not supported for rule type: {name}")
    if rule.threshold and not rule_type.takes_threshold:
        raise _fail(rule.position, f"Threshold condition not supported for rule type: {name}")
    _check_tags(rule.tags, rule_type, rule.position)
    return rule


def _check_tags(tags: Sequence[Tag], rule_type: RuleType, position: Position) -> None:
    known = {tag.name: tag for tag in rule_type.tags}
    seen: set[str] = set()
    for tag in tags:
        if tag.name not in known:
            valid = [*known, *(["threshold"] if rule_type.takes_threshold else [])]
            hint = valid_here(valid) if valid else f"{rule_type.name} takes none."
            raise _fail(
                position,
                f"found '{tag}', which is not a tag of {rule_type.name}"
                f"{near(tag.name, valid)} {hint}",
            )
        if tag.name in seen:
            raise _fail(position, f"rule {rule_type.name} has the tag {tag.name} twice")
        seen.add(tag.name)
        problem = known[tag.name].problem(tag, tags)
        if problem is not None:
            raise _fail(position, f"found '{tag}'; {problem}")


def analyzer(name: str, parameters: int, tags: Sequence[Tag], position: Position) -> None:
    known = _known(name, position)
    if not known.statistic:
        statistics = [other.name for other in rule_types().values() if other.statistic]
        raise _fail(
            position,
            f"Analyzer Type: {name} is not supported in analyzers section. "
            f"{valid_here(statistics)}",
        )
    _fitting(known, parameters, position)
    _check_tags(tags, known, position)


def _known(name: str, position: Position) -> RuleType:
    known = rule_types()
    if name not in known:
        raise _fail(
            position,
            f"found '{name}', which is not a rule type{near(name, known)} {valid_here(known)}",
        )
    return known[name]


def _fitting(rule_type: RuleType, count: int, position: Position) -> Sequence[Signature]:
    fitting = [signature for signature in rule_type.signatures if signature.takes(count)]
    if not fitting:
        forms = " or ".join(str(signature) for signature in rule_type.signatures)
        raise _fail(
            position,
            f"Rule Type: {rule_type.name} is not valid with {count} parameters; it takes {forms}. "
            "Rules joined by and / or stand in brackets",
        )
    return fitting


def _listed(kinds: frozenset[ConditionKind]) -> str:
    return " or ".join(sorted(kinds))


def condition(operator: Operator, operands: Sequence[Operand], position: Position) -> Condition:
    """The condition with its kind, told from the operands as AWS's lexer does."""
    found = Condition(operator, tuple(operands), frozenset())
    kinds = {kind for value in found.values if (kind := _kind(value))}
    if kinds == {ConditionKind.DATE, ConditionKind.STRING} and not any(
        isinstance(value, Now) for value in found.values
    ):
        kinds = {ConditionKind.STRING}  # a list in which only some strings look like dates
    for operand in found.values:
        try:
            dynamic.check(operand)
        except ValueError as problem:
            raise _fail(position, f"found {problem}") from None
    if operator.is_pattern or any(isinstance(operand, Variable) for operand in operands):
        kinds = {ConditionKind.STRING}
    if len(kinds) > 1:
        listed = " and ".join(sorted(kinds))
        raise _fail(position, f"found '{found}', which compares with {listed} at once")
    if operator in _ORDERED and (not kinds or kinds == {ConditionKind.STRING}):
        raise _fail(
            position,
            f"found '{found}'; {operator} compares numbers, dates, durations and sizes",
        )
    return Condition(operator, tuple(operands), frozenset(kinds) or _NULLABLE)


def _kind(operand: Operand) -> ConditionKind | None:
    match operand:
        case Number() | Call() | Arithmetic():
            return ConditionKind.NUMBER
        case Parenthesized(inner=inner):
            return _kind(inner)
        case Text():
            return ConditionKind.DATE if operand.is_date else ConditionKind.STRING
        case Now():
            return ConditionKind.DATE
        case Duration():
            return ConditionKind.DURATION
        case Size():
            return ConditionKind.SIZE
        case Keyword(name="NULL"):
            return None
        case _:
            return ConditionKind.STRING


def threshold(tags: Sequence[tuple[str, Condition, bool]], position: Position) -> Condition | None:
    """The `with threshold` among the tags; the others may only say `= value`."""
    found = [condition for name, condition, _ in tags if name == "threshold"]
    if len(found) > 1:
        raise _fail(position, "Only one threshold condition at a time is supported.")
    for name, tag, _ in tags:
        if name == "threshold" and tag.kinds != {ConditionKind.NUMBER}:
            raise _fail(position, f"found 'with threshold {tag}'; a threshold compares a number")
        if name != "threshold" and tag.operator is not Operator.EQUAL:
            raise _fail(position, f"found 'with {name} {tag}'; tags only support =")
    return found[0] if found else None


def function(name: str, arguments: int, position: Position) -> None:
    if name not in FUNCTIONS:
        raise _fail(
            position,
            f"found '{name}', which is not a function{near(name, FUNCTIONS)} "
            f"{valid_here([*FUNCTIONS, 'now'])}",
        )
    least, most = FUNCTIONS[name]
    if not least <= arguments <= most:
        counts = str(least) if least == most else f"{least} or {most}"
        raise _fail(position, f"{name}() takes {counts} arguments, and has {arguments}")


def arithmetic(
    left: Operand, operator: Literal["+", "-", "*", "/"], right: Operand, position: Position
) -> Operand:
    """`now() - 3 days` is a moment; everything else is a number from two numbers."""
    if isinstance(left, Now) and left.offset is None and isinstance(right, Duration):
        if operator == "+" or operator == "-":
            return Now(operator, right)
        raise _fail(position, f"found '{operator}' after now(); valid here: +, -")
    for side in (left, right):
        if _kind(side) is not ConditionKind.NUMBER:
            raise _fail(position, f"found {side} beside '{operator}', which joins two numbers")
    return Arithmetic(operator, left, right)
