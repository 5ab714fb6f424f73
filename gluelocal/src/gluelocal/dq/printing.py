"""What the commands print: tables for people, and JSON documents with stable keys for scripts."""

import json
import math
from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from gluelocal.dq.checking import Check, CheckedRule
from gluelocal.dq.rulesets import Finding

if TYPE_CHECKING:
    from dqdl.distributions import Distribution
    from dqdl.explain import ExplainedRule, Explanation, Query

_COLOURS = {"Passed": "green", "Failed": "red", "error": "red", "warning": "yellow"}
_FILE_WIDTH = 160  # of a file or pipe, which has none of its own
_ROW_WIDTH = 160
_RULE_WIDTH = 160


def _out() -> Console:
    """Made when it is used, for standard output may have been put somewhere else."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=_FILE_WIDTH)


def print_check(check: Check, written: Mapping[str, str]) -> None:
    out = _out()
    table = Table(box=None, pad_edge=False)
    for heading in ("rule", "outcome", "rows failed", "reason", "metrics"):
        table.add_column(heading, overflow="fold")
    for rule in check.rules:
        outcome = rule.outcome
        rows = "-" if rule.rows.skipped == rule.rows.total else str(rule.rows.failed)
        table.add_row(
            Text(_cut(outcome.rule, _RULE_WIDTH)),
            Text(outcome.outcome, _COLOURS[outcome.outcome]),
            Text(rows, justify="right"),
            Text(_cut(outcome.failure_reason or "", _RULE_WIDTH)),
            Text(_metrics(outcome.evaluated_metrics)),
        )
    out.print(table)
    for analyzer in check.evaluation.analyzers:
        measured = _metrics(analyzer.evaluated_metrics) or analyzer.failure_reason or ""
        out.print(Text(f"{analyzer.analyzer}: {measured}"))
        for name, found in analyzer.evaluated_distributions.items():
            out.print(Text(f"  {name}: {_distribution(found)}"))
    for rule in check.rules:
        _print_failing(out, rule)
    failed = sum(not rule.outcome.passed for rule in check.rules)
    totals = check.totals
    out.print(
        f"\n{len(check.rules)} rules: {len(check.rules) - failed} passed, {failed} failed. "
        f"{totals.passed + totals.failed} rows: {totals.passed} passed, {totals.failed} failed."
    )
    for what, place in written.items():
        out.print(f"{what.capitalize()} rows: {place}", markup=False, soft_wrap=True)


def _print_failing(out: Console, rule: CheckedRule) -> None:
    if not rule.failing:
        return
    shown = len(rule.failing)
    out.print(
        f"\n{_cut(rule.outcome.rule, _RULE_WIDTH)}: {shown} of {rule.rows.failed} failing rows",
        markup=False,
        style="bold",
    )
    for row in rule.failing:
        names = [name for name in rule.columns if name in row]
        names += [name for name in row if name not in rule.columns]
        cells = (f"{name}={json.dumps(row[name], ensure_ascii=False)}" for name in names)
        out.print("  " + _cut(" ".join(cells), _ROW_WIDTH), markup=False, soft_wrap=True)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _metrics(metrics: Mapping[str, float]) -> str:
    return "\n".join(f"{name} = {value:.6g}" for name, value in metrics.items())


def _distribution(found: "Distribution") -> str:
    bounds = found.edges
    if len(bounds) > len(found.counts):
        bounds = tuple(f"{a} to {b}" for a, b in pairwise(found.edges))
    return ", ".join(f"{of}: {count}" for of, count in zip(bounds, found.counts, strict=True))


def _number(value: float) -> float | str:
    """JSON has no NaN and no infinity."""
    return value if math.isfinite(value) else str(value)


def _numbers(metrics: Mapping[str, float]) -> dict[str, float | str]:
    return {name: _number(value) for name, value in metrics.items()}


def check_as_json(
    data: str, ruleset: str, check: Check, written: Mapping[str, str]
) -> dict[str, Any]:
    """Keys: data, ruleset, passed, rows {total, passed, failed}, rules, analyzers, written.

    Of a rule: rule, evaluated_rule (None but for dynamic ones), outcome, reason, metrics, labels,
    rows {passed, failed, skipped}, failing (the first rows as objects). Of an analyzer: analyzer,
    metrics, distributions {name: {edges, counts}}, reason. written: the paths by `rejected` and
    `valid`. A metric that is no finite number is a string.
    """
    totals = check.totals
    return {
        "data": data,
        "ruleset": ruleset,
        "passed": check.passed,
        "rows": {
            "total": totals.passed + totals.failed,
            "passed": totals.passed,
            "failed": totals.failed,
        },
        "rules": [
            {
                "rule": rule.outcome.rule,
                "evaluated_rule": rule.outcome.evaluated_rule,
                "outcome": rule.outcome.outcome,
                "reason": rule.outcome.failure_reason,
                "metrics": _numbers(rule.outcome.evaluated_metrics),
                "labels": dict(rule.outcome.labels),
                "rows": vars(rule.rows),
                "failing": list(rule.failing),
            }
            for rule in check.rules
        ],
        "analyzers": [
            {
                "analyzer": entry.analyzer,
                "metrics": _numbers(entry.evaluated_metrics),
                "distributions": {
                    name: {"edges": list(found.edges), "counts": list(found.counts)}
                    for name, found in entry.evaluated_distributions.items()
                },
                "reason": entry.failure_reason,
            }
            for entry in check.evaluation.analyzers
        ],
        "written": dict(written),
    }


def print_finding(text: str, finding: Finding) -> None:
    first, _, rest = text.partition("\n")
    out = _out()
    out.print(first, markup=False, style=_COLOURS[finding.severity], soft_wrap=True)
    if rest:
        out.print(rest, markup=False, soft_wrap=True)


def print_lint_summary(files: int, errors: int, warnings: int) -> None:
    _out().print(
        f"{files} ruleset{'s' * (files != 1)}: {errors} error{'s' * (errors != 1)}, "
        f"{warnings} warning{'s' * (warnings != 1)}."
    )


def print_plan(plan: "Explanation") -> None:
    out = _out()
    more = f" (Spark may add {plan.possible_jobs})" if plan.possible_jobs else ""
    out.print(f"{plan.spark_jobs} Spark jobs{more}:")
    for number, query in enumerate(plan.queries, 1):
        jobs = f"{query.spark_jobs} job{'s' * (query.spark_jobs != 1)}"
        out.print(f"  {number}. {_of_query(query)}: {jobs}", markup=False, soft_wrap=True)
    for rule in (*plan.rules, *plan.analyzers):
        _print_rule(out, rule, "")


def _of_query(query: "Query") -> str:
    count = len(query.measures)
    aggregates = f"{count} aggregate{'s' * (count != 1)}"
    match query.kind:
        case "staging":
            return "read the rows once, and keep them with their outcomes"
        case "aggregation":
            return f"{aggregates} over all rows"
        case "outcomes":
            return f"rows that pass or fail, for {count} predicate{'s' * (count != 1)}"
        case "keys":
            return f"{aggregates} over the groups of {', '.join(query.keys)}"
        case "query":
            return f"SQL: {_cut(query.measures[0], _RULE_WIDTH)}"
        case _:
            return query.measures[0]


def _print_rule(out: Console, rule: "ExplainedRule", indent: str) -> None:
    out.print(f"{indent or chr(10)}{_cut(rule.rule, _RULE_WIDTH)}", markup=False, style="bold")
    if rule.problem is not None:
        out.print(f"{indent}  cannot be evaluated: {rule.problem}", markup=False, style="red")
    rows = "each row passes or fails" if rule.row_level else "no result per row"
    asked = ", ".join(str(place + 1) for place in rule.queries)
    out.print(f"{indent}  {rows}; {f'looks at {asked}' if asked else 'asks Spark nothing'}")
    if rule.parts:
        for part in rule.parts:
            _print_rule(out, part, indent + "  ")
    else:
        for measure in rule.measures:
            out.print(f"{indent}  {_cut(measure, _RULE_WIDTH)}", markup=False, style="dim")


def plan_as_json(data: str, ruleset: str, plan: "Explanation") -> dict[str, Any]:
    """Keys: data, ruleset, spark_jobs, possible_jobs, queries, rules, analyzers.

    Of a query: kind, measures, keys, spark_jobs, possible_jobs. Of a rule or analyzer: rule,
    row_level, measures, queries (places in `queries`, from 0), problem, parts (the same again).
    """
    return {
        "data": data,
        "ruleset": ruleset,
        "spark_jobs": plan.spark_jobs,
        "possible_jobs": plan.possible_jobs,
        "queries": [
            {**vars(query), "measures": list(query.measures), "keys": list(query.keys)}
            for query in plan.queries
        ],
        "rules": [_rule_as_json(rule) for rule in plan.rules],
        "analyzers": [_rule_as_json(rule) for rule in plan.analyzers],
    }


def _rule_as_json(rule: "ExplainedRule") -> dict[str, Any]:
    return {
        **vars(rule),
        "measures": list(rule.measures),
        "queries": list(rule.queries),
        "parts": [_rule_as_json(part) for part in rule.parts],
    }
