"""What an evaluation would do, without doing it: what each rule measures, and in how many jobs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dqdl.errors import RuleFailedError
from dqdl.model import AnyRule, CompositeRule, Ruleset
from dqdl.options import EvaluationOptions
from dqdl.parser import parse
from dqdl.plan import Measure, Measured, Probe, RulePlan

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_DEFAULTS = EvaluationOptions()


@dataclass(frozen=True)
class Query:
    """One question to Spark: an aggregation of the rows or of their groups, or SQL over them.

    `keys` are those that the rows are grouped by. `measures` are the aggregates' SQL texts, with
    {n} for the rows of a group and {all_null} for whether its keys are NULL. `spark_jobs` is how
    many jobs Spark makes of it: under adaptive execution, which is the default, one for each
    exchange of rows and one for the result. `possible_jobs` are those that it may add when a side
    of a join turns out small. Staging parses the rows and keeps them with their outcomes; outcomes
    counts those; a probe looks at something else than rows, such as files.
    """

    kind: str  # staging | aggregation | outcomes | keys | query | probe
    measures: tuple[str, ...]
    keys: tuple[str, ...] = ()
    spark_jobs: int = 0
    possible_jobs: int = 0


@dataclass(frozen=True)
class ExplainedRule:
    """`queries`: places of the Explanation's queries that the rule looks at; none when the columns
    alone decide. `problem` says why the rule cannot be evaluated, and so fails. `parts` are the
    simple rules of a composite one.
    """

    rule: str
    row_level: bool
    measures: tuple[str, ...] = ()
    queries: tuple[int, ...] = ()
    problem: str | None = None
    parts: tuple["ExplainedRule", ...] = ()


@dataclass(frozen=True)
class Explanation:
    """The rules and analyzers in ruleset order, each text once."""

    queries: tuple[Query, ...]
    rules: tuple[ExplainedRule, ...]
    analyzers: tuple[ExplainedRule, ...] = ()

    @property
    def spark_jobs(self) -> int:
        """The jobs of all queries; each later read of the row outcomes is one more."""
        return sum(query.spark_jobs for query in self.queries)

    @property
    def possible_jobs(self) -> int:
        return sum(query.possible_jobs for query in self.queries)


def explain(
    frame: "DataFrame",
    ruleset: Ruleset | str,
    options: EvaluationOptions = _DEFAULTS,
    sources: "Mapping[str, DataFrame] | None" = None,
) -> Explanation:
    """The plan that `evaluate` would follow with the same arguments; no Spark job runs.

    Errors as in `evaluate`.
    """
    parsed = parse(ruleset) if isinstance(ruleset, str) else ruleset

    from dqdl.jobs import scheduled
    from dqdl.preparation import prepared

    ready = prepared(frame, parsed, options, sources or {})
    schedule = scheduled(ready)
    asked = tuple(
        Query(
            step.kind,
            tuple(map(_text, step.measures)),
            step.keys if step.kind == "keys" else (),
            step.jobs.sure,
            step.jobs.possible,
        )
        for step in schedule.queries
    )
    places = {m: place for place, step in enumerate(schedule.queries) for m in step.measures}

    def explained(text: str, rule: AnyRule | None, plan: RulePlan) -> ExplainedRule:
        parts: tuple[ExplainedRule, ...] = ()
        if isinstance(rule, CompositeRule):
            nested = ready.planner.plan(Ruleset(tuple(_simple(rule))))
            parts = tuple(explained(part.text, part.rule, part.plan) for part in nested.rules)
        refusals = [schedule.refused[m] for m in plan.measures if m in schedule.refused]
        return ExplainedRule(
            rule=text,
            row_level=plan.row is not None,
            measures=tuple(map(_text, plan.measures)),
            queries=tuple(sorted({places[m] for m in plan.measures if m in places})),
            problem=str(refusals[0]) if refusals else _problem(plan),
            parts=parts,
        )

    return Explanation(
        asked,
        tuple(explained(rule.text, rule.rule, rule.plan) for rule in schedule.plan.rules),
        tuple(explained(entry.text, None, entry.plan) for entry in schedule.plan.analyzers),
    )


def _simple(rule: AnyRule) -> Iterable[AnyRule]:
    if isinstance(rule, CompositeRule):
        for part in rule.operands():
            yield from _simple(part)
    else:
        yield rule


def _text(measure: Measure) -> str:
    if isinstance(measure, Probe):
        return type(measure).__name__
    return str(getattr(measure, "sql", None) or getattr(measure, "predicate", ""))


def _problem(plan: RulePlan) -> str | None:
    """The reason of a plan that measures nothing and has nothing to report: it only fails."""
    if plan.measures:
        return None
    try:
        verdict = plan.judge(Measured({}))
    except RuleFailedError as problem:
        return str(problem)
    return None if verdict.passed or verdict.metrics else "\n".join(verdict.reasons)
