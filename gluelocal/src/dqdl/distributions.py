"""How often values are: a histogram of numbers, the most frequent ones of anything else.

AWS Glue Developer Guide, Distribution: equal-width bins over a number's range, the 20 most frequent
values of other columns by descending frequency; NULL is left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from dqdl import sql
from dqdl.judging import shown
from dqdl.plan import Probe
from dqdl.scope import Column

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

MOST_VALUES = 20
_FINITE = "abs({x}) < CAST('Infinity' AS DOUBLE)"


@dataclass(frozen=True)
class Distribution:
    """`edges` of numbers are the bins' bounds, one more than there are counts; each bin holds its
    lower bound, and the last one its upper bound too. Of other columns they are the values.
    """

    data_type: str
    edges: tuple[str, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True)
class DistributionsOf(Probe):
    """{column as written: Distribution}, in at most three passes over the frame.

    NaN and infinities are in no bin; of equal numbers there is one bin without width (unverified).
    """

    columns: tuple[Column, ...]
    bins: int

    def answer(self, frame: "DataFrame") -> Mapping[str, Distribution]:
        numbers = [column for column in self.columns if column.is_numeric]
        others = [column for column in self.columns if not column.is_numeric]
        found = _histograms(frame, numbers, self.bins) if numbers else {}
        found |= _most_frequent(frame, others) if others else {}
        return {column.written: found[column.written] for column in self.columns}


def _histograms(frame: "DataFrame", columns: list[Column], bins: int) -> dict[str, Distribution]:
    values = [f"CAST({column.sql} AS DOUBLE)" for column in columns]
    finite = [f"IF({_FINITE.format(x=x)}, {x}, NULL)" for x in values]
    bounds = frame.selectExpr(*(f"{name}({x})" for x in finite for name in ("min", "max"))).first()
    assert bounds is not None
    edges = [_edges(bounds[2 * i], bounds[2 * i + 1], bins) for i in range(len(columns))]
    # The bin is told by the edges themselves, so that what is shown is what was counted.
    places = [
        f"IF({x} IS NULL, NULL, size(filter(array({_inner(e)}), edge -> {x} >= edge)))"
        for x, e in zip(finite, edges, strict=True)
    ]
    counted = _counted(frame, places)
    return {
        column.written: Distribution(
            column.type,
            tuple(map(shown, edges[i])),
            tuple(counted.get((i, place), 0) for place in range(len(edges[i]) - 1)),
        )
        for i, column in enumerate(columns)
    }


def _edges(lower: float | None, upper: float | None, bins: int) -> list[float]:
    if lower is None or upper is None:
        return []
    if lower == upper:
        return [lower, upper]
    # Divided first: the range of the largest doubles is no double.
    width = upper / bins - lower / bins
    return [lower, *(lower + i * width for i in range(1, bins)), upper]


def _inner(edges: list[float]) -> str:
    listed = [sql.double(Decimal(edge)) for edge in edges[1:-1]]
    return ", ".join(listed) or "CAST(NULL AS DOUBLE)"


def _counted(frame: "DataFrame", places: list[str]) -> dict[tuple[int, int], int]:
    pairs = ", ".join(f"struct({i} AS i, {place} AS place)" for i, place in enumerate(places))
    found = frame.selectExpr(f"inline(array({pairs}))").where("place IS NOT NULL")
    return {
        (row["i"], row["place"]): row["count"]
        for row in found.groupBy("i", "place").count().collect()
    }


def _most_frequent(frame: "DataFrame", columns: list[Column]) -> dict[str, Distribution]:
    pairs = ", ".join(
        f"struct({i} AS i, CAST({column.sql} AS STRING) AS value)"
        for i, column in enumerate(columns)
    )
    counts = (
        frame.selectExpr(f"inline(array({pairs}))")
        .where("value IS NOT NULL")
        .groupBy("i", "value")
        .count()
    )
    ranked = counts.selectExpr(
        "*", "row_number() OVER (PARTITION BY i ORDER BY count DESC, value) AS place"
    )
    rows = ranked.where(f"place <= {MOST_VALUES}").orderBy("i", "place").collect()
    found: dict[str, Distribution] = {}
    for i, column in enumerate(columns):
        own = [row for row in rows if row["i"] == i]
        found[column.written] = Distribution(
            column.type,
            tuple(row["value"] for row in own),
            tuple(row["count"] for row in own),
        )
    return found
