"""What can be said of a ruleset without data: errors, and what is likely not meant."""

from collections.abc import Iterator
from datetime import UTC, datetime

from dqdl import Ruleset, parse
from dqdl.dynamic import is_dynamic, resolved
from dqdl.errors import RuleFailedError, UnsupportedRuleError
from dqdl.model import AnyRule, CompositeRule, Position, Rule
from dqdl.plan import RulePlan
from dqdl.rules import rule_types
from dqdl.scope import Scope
from gluelocal.dq.rulesets import Finding, syntax_error

MAX_CHARACTERS = 65_536
"""AWS Glue Web API Reference, CreateDataQualityRuleset: Ruleset."""

NOT_IN_GUIDE = frozenset(
    {
        "DuplicateRowCount",
        "InterquartileRange",
        "Kurtosis",
        "Range",
        "Skewness",
        "Variance",
        "ZerosCount",
    }
)
"""Rule types of Deequ, AWS's open-source library, that the Developer Guide does not list."""

_SHARES = frozenset({"Completeness", "Uniqueness", "UniqueValueRatio"})
"""Rule types that compare a share of rows, each of which has a result of its own."""

_TYPES = ("string", "double", "timestamp")


def lint(text: str) -> list[Finding]:
    """The error, or else the warnings in the order of the text; no Spark is needed."""
    problem = syntax_error(text)
    if problem is not None:
        return [problem]
    return sorted(_warnings(text, parse(text)), key=lambda finding: (finding.line, finding.column))


def _warnings(text: str, ruleset: Ruleset) -> Iterator[Finding]:
    if len(text) > MAX_CHARACTERS:
        yield _warning(
            Position(1, 1),
            f"the ruleset has {len(text)} characters; AWS Glue takes {MAX_CHARACTERS} at most",
        )
    first: dict[str, Position] = {}
    for rule in ruleset.rules:
        place = _position(rule)
        earlier = first.setdefault(str(rule), place)
        if earlier is not place:
            yield _warning(
                place, f"this rule stands already in line {earlier.line}; it is judged once"
            )
            continue
        yield from _of_rule(rule)


def _of_rule(rule: AnyRule) -> Iterator[Finding]:
    for part in _simple(rule):
        yield from _of_simple(part, part is rule)
    if isinstance(rule, CompositeRule):
        without = [part for part in _simple(rule) if _has_rows(part) is False]
        if without and any(_has_rows(part) for part in _simple(rule)):
            names = ", ".join(dict.fromkeys(part.type_name for part in without))
            yield _warning(
                _position(rule),
                f"every row skips this rule, for {names} has no result per row: "
                "its other parts mark no row as failed",
            )


def _of_simple(rule: Rule, alone: bool) -> Iterator[Finding]:
    name = rule.type_name
    if rule_types()[name].plan is None:
        yield _warning(rule.position, f"{name} cannot be evaluated here yet, and will be Failed")
    if name in NOT_IN_GUIDE:
        yield _warning(
            rule.position, f"the AWS Glue Developer Guide does not list {name}; Glue may refuse it"
        )
    lenient = f"with threshold {rule.threshold}" if rule.threshold else ""
    if name in _SHARES and rule.condition is not None:
        lenient = str(rule.condition)
    if alone and lenient and _has_rows(rule):
        yield _warning(
            rule.position,
            f"rows can fail although the rule passes: '{lenient}' is about their share, and each "
            "row keeps its own result",
        )


def _has_rows(rule: Rule) -> bool | None:
    """Whether the rule has a result per row; None when that takes data to tell.

    The rule is planned as for a frame that has the columns it names, of each type in turn.
    """
    rule_type = rule_types()[rule.type_name]
    if rule_type.plan is None:
        return None
    for kind in _TYPES:
        columns = [(name, kind) for name in dict.fromkeys(p.value for p in rule.parameters)]
        scope = Scope(columns, datetime.now(UTC), lambda _pattern, _text: True)
        try:
            plan = _planned(rule, scope)
        except (RuleFailedError, UnsupportedRuleError):
            continue
        return plan.row is not None
    return None


def _planned(rule: Rule, scope: Scope) -> RulePlan:
    rule_type = rule_types()[rule.type_name]
    assert rule_type.plan is not None
    if is_dynamic(rule):
        # Any numbers will do: what a rule measures does not depend on them.
        rule = resolved(rule, rule_type, lambda _metric, count: [1.0] * count)
    return rule_type.plan(rule, scope)


def _simple(rule: AnyRule) -> Iterator[Rule]:
    if isinstance(rule, CompositeRule):
        for part in rule.operands():
            yield from _simple(part)
    else:
        yield rule


def _position(rule: AnyRule) -> Position:
    return next(_simple(rule)).position


def _warning(position: Position, message: str) -> Finding:
    return Finding("warning", position.line, position.column, message)
