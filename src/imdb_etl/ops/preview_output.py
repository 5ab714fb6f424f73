"""How a preview is shown (`imdb-etl deploy --dry-run`)."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from imdb_etl.ops.costs import CostLine, Costs
from imdb_etl.ops.preview import Preview

_NOTES = {"aws": "", "third party": "  (price from a third party)", "unverified": "  (unverified)"}


def preview_record(result: Preview) -> dict[str, Any]:
    """The preview as one JSON object, with the sums in dollars."""
    record = asdict(result)
    if result.costs is not None:
        record["costs"] |= {"month": result.costs.month, "run": result.costs.run}
    return record


def preview_lines(result: Preview) -> Iterator[str]:
    """The preview as lines of text."""
    if result.costs is not None:
        yield from _cost_lines(result.costs, result.region)
    if result.changes is None:
        return
    if not result.changes:
        yield f"Nothing would change in the stack {result.stack}"
        return
    yield f"The stack {result.stack} would get {len(result.changes)} changes:"
    for change in result.changes:
        replaced = {"True": ", replaced", "Conditional": ", perhaps replaced"}
        yield (
            f"  {change.action:<7} {change.logical_id}  {change.type}"
            f"{replaced.get(change.replacement, '')}"
        )


def _cost_lines(costs: Costs, region: str | None) -> Iterator[str]:
    yield f"About ${costs.month:.2f} a month while nothing runs:"
    yield from map(_cost_line, costs.at_rest)
    yield f"About ${costs.run:.2f} a run:"
    yield from map(_cost_line, costs.a_run)
    where = (
        "" if region in (None, costs.region) else f" (you deploy to {region}, where they differ)"
    )
    yield (
        f"By list prices of {costs.region}{where} as collected on {costs.collected}, without free "
        "tiers and taxes; infra/prices.yml has where each is from and what a run is taken to use"
    )


def _cost_line(line: CostLine) -> str:
    amount = f"{line.quantity:,.4g} {line.unit} at ${line.price:g}"
    return f"  ${line.dollars:>6.2f}  {line.what}: {amount}{_NOTES[line.read]}"
