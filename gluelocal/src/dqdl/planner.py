"""A ruleset and a frame's columns -> what has to be measured, and each row's predicate.

No Spark job runs here. A rule that cannot be planned is judged Failed with its reason, and the
others go on.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from dqdl.analyzing import analysis, measured_rule
from dqdl.dynamic import is_dynamic, resolved
from dqdl.errors import RuleFailedError, UnsupportedRuleError
from dqdl.model import Analyzer, AnyRule, CompositeRule, Rule, Ruleset
from dqdl.options import EvaluationOptions
from dqdl.plan import Measure, Measured, RowQuery, RowsFailing, RulePlan, Verdict
from dqdl.rules import rule_types
from dqdl.scope import Scope


@dataclass(frozen=True)
class PlannedRule:
    """`text` is the canonical rule, `row_text` how it stands in the row arrays.

    `evaluated` is the text of a dynamic rule with the numbers that history gave it.
    """

    rule: AnyRule
    text: str
    row_text: str
    plan: RulePlan
    evaluated: str | None = None


@dataclass(frozen=True)
class PlannedAnalyzer:
    text: str
    plan: RulePlan


@dataclass(frozen=True)
class Statistic:
    """What one simple rule or analyzer measures; `rule` says what its metrics mean."""

    rule: Rule
    plan: RulePlan


@dataclass(frozen=True)
class Plan:
    """The rules and analyzers in ruleset order, each text once."""

    rules: tuple[PlannedRule, ...]
    analyzers: tuple[PlannedAnalyzer, ...] = ()
    statistics: tuple[Statistic, ...] = ()

    @property
    def measures(self) -> tuple[Measure, ...]:
        """What has to be measured, each thing once."""
        plans = [rule.plan for rule in self.rules] + [entry.plan for entry in self.analyzers]
        return _unique(measure for plan in plans for measure in plan.measures)

    def measurable(self) -> "Plan":
        """Without the statistics of which a measure belongs to no rule or analyzer any more."""
        measures = set(self.measures)
        kept = (s for s in self.statistics if measures.issuperset(s.plan.measures))
        return replace(self, statistics=tuple(kept))

    @property
    def queries(self) -> tuple[RowQuery, ...]:
        return _unique(query for rule in self.rules for query in rule.plan.queries)


T = TypeVar("T")


def _unique(items: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(items))


class Planner:
    """`check_filter` and `check_query` raise RuleFailedError for what Spark refuses."""

    def __init__(
        self,
        scope: Scope,
        options: EvaluationOptions,
        check_filter: Callable[[str], None],
        check_query: Callable[[RowQuery], None],
    ) -> None:
        self._scope = scope
        self._options = options
        self._check_filter = check_filter
        self._check_query = check_query
        self._statistics: list[Statistic] = []

    def plan(self, ruleset: Ruleset) -> Plan:
        planned: dict[str, PlannedRule] = {}
        for rule in ruleset.rules:
            text = str(rule)
            if text not in planned:
                row_text = text if self._options.rule_with_labels else str(rule.without_labels())
                plan, evaluated = self._any(rule), self._evaluated(rule)
                planned[text] = PlannedRule(rule, text, row_text, plan, evaluated)
        analyzers = tuple(
            PlannedAnalyzer(str(analyzer), self._analyzer(analyzer))
            for analyzer in dict.fromkeys(ruleset.analyzers)
        )
        return Plan(tuple(planned.values()), analyzers, tuple(self._statistics))

    def _analyzer(self, analyzer: Analyzer) -> RulePlan:
        rule_type = rule_types()[analyzer.type_name]
        rule = measured_rule(rule_type, analyzer.parameters, analyzer.tags)
        try:
            plan = analysis(rule, rule_type, self._scope)
        except (UnsupportedRuleError, RuleFailedError) as problem:
            return failed(str(problem))
        self._statistics.append(Statistic(rule, plan))
        return plan

    def _evaluated(self, rule: AnyRule) -> str | None:
        numbers = self._with_numbers(rule)
        return None if numbers == rule else str(numbers)

    def _with_numbers(self, rule: AnyRule) -> AnyRule:
        """The rule tree with history's numbers, but for rules that it has none for."""
        if isinstance(rule, CompositeRule):
            left, right = self._with_numbers(rule.left), self._with_numbers(rule.right)
            return replace(rule, left=left, right=right)
        try:
            return self._resolved(rule)
        except (UnsupportedRuleError, RuleFailedError):
            return rule

    def _resolved(self, rule: Rule) -> Rule:
        if not is_dynamic(rule):
            return rule
        return resolved(rule, rule_types()[rule.type_name], self._scope.history)

    def _any(self, rule: AnyRule) -> RulePlan:
        return self._composite(rule) if isinstance(rule, CompositeRule) else self._rule(rule)

    def _rule(self, rule: Rule) -> RulePlan:
        rule_type = rule_types()[rule.type_name]
        try:
            if rule_type.plan is None:
                raise UnsupportedRuleError(f"No converter found for rule type: {rule.type_name}")
            if rule.where_sql is not None:
                self._check_where(rule, rule.where_sql)
            plan = rule_type.plan(self._resolved(rule), self._scope)
            for query in plan.queries:
                self._check_query(query)
        except UnsupportedRuleError as problem:
            return failed(f"Rule (or nested rule) not supported due to: {problem}")
        except RuleFailedError as problem:
            return failed(str(problem), row=rows_on_problem(rule))
        self._statistics.append(Statistic(plan.metrics_of or rule, plan))
        if plan.row is None or rule.where_sql is None:
            return plan
        passes = self._options.filtered_row_label == "PASSED"
        outside = "true" if passes else "NULL"
        row = f"CASE WHEN {rule.where_sql}\n THEN {plan.row} ELSE {outside} END"
        return replace(plan, row=row, inside=plan.row, where=rule.where_sql, passes_outside=passes)

    def _check_where(self, rule: Rule, where: str) -> None:
        try:
            self._check_filter(where)
        except RuleFailedError as problem:
            raise RuleFailedError(
                f"Rule {rule} has provided an invalid where clause : {problem}"
            ) from problem

    def _composite(self, rule: CompositeRule) -> RulePlan:
        nested = [self._any(operand) for operand in rule.operands()]
        row: str | None = None
        if all(plan.row is not None for plan in nested):
            row = f" {rule.operator} ".join(f"({plan.row})" for plan in nested)
        measures = _unique(measure for plan in nested for measure in plan.measures)
        queries = _unique(query for plan in nested for query in plan.queries)
        joined = _JOIN[rule.operator]
        failing: RowsFailing | None = None
        if self._options.composite_method == "ROW":
            if row is None or not _composes_rows(rule):
                row = None
            else:
                failing = RowsFailing(row)
                measures = (*measures, failing)

        def judge(measured: Measured) -> Verdict:
            verdicts = [plan_verdict(plan, measured) for plan in nested]
            reasons = tuple(reason for verdict in verdicts for reason in verdict.reasons)
            metrics = {key: value for v in verdicts for key, value in v.metrics.items()}
            if failing is None:
                return Verdict(joined(v.passed for v in verdicts), reasons, metrics)
            passed = measured.count(failing) == 0
            return Verdict(passed, () if passed else reasons, metrics)

        return RulePlan(measures, judge, row, queries)


_JOIN: dict[str, Callable[[Iterable[bool]], bool]] = {"AND": all, "OR": any}


def plan_verdict(plan: RulePlan, measured: Measured) -> Verdict:
    """The rule's verdict; a measure that Spark could not compute fails it with Spark's reason."""
    try:
        return plan.judge(measured)
    except RuleFailedError as problem:
        return Verdict(False, (str(problem),))


def failed(reason: str, row: str | None = None) -> RulePlan:
    return RulePlan((), lambda _measured: Verdict(False, (reason,)), row)


def rows_on_problem(rule: AnyRule) -> str | None:
    """The row predicate of a rule that cannot be evaluated at all."""
    if isinstance(rule, CompositeRule):
        return None
    rule_type = rule_types()[rule.type_name]
    row_form = rule.type_name != "CustomSql" or rule.condition is None
    return "false" if rule_type.fails_rows_on_problem and row_form else None


def _composes_rows(rule: AnyRule) -> bool:
    """Whether compositeRuleEvaluation.method = ROW supports each nested rule."""
    if isinstance(rule, CompositeRule):
        return all(_composes_rows(nested) for nested in rule.operands())
    return rule_types()[rule.type_name].composite_rows and rule.threshold is None
