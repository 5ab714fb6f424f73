"""Each row's outcomes as users see them: three arrays of rule texts, and passed or failed."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dqdl.masks import FAILED, FLAG_PREFIX, PASSED, PLACES_A_WORD, SKIPPED, Masks
from dqdl.planner import PlannedRule

PASS = "DataQualityRulesPass"
FAIL = "DataQualityRulesFail"
SKIP = "DataQualityRulesSkip"
RESULT = "DataQualityEvaluationResult"

# How many rules one look-up answers. Its table has 4 ** _TOGETHER entries; with very many rules
# smaller tables keep the plan small.
_TOGETHER, _TOGETHER_OF_MANY = 3, 2
_MANY = 400


@dataclass(frozen=True)
class RowCounts:
    """How many rows a rule passed, failed and skipped on."""

    passed: int
    failed: int
    skipped: int

    @property
    def total(self) -> int:
        return self.passed + self.failed + self.skipped


@dataclass(frozen=True)
class RowTotals:
    """Rows by DataQualityEvaluationResult, and each rule's rows in the order of the rules."""

    passed: int
    failed: int
    rules: tuple[RowCounts, ...]


class RowOutcomes:
    """`masked` has the bits of `masks`, whose first predicates are the rules' in their order."""

    def __init__(self, masked: DataFrame, masks: Masks, rules: Sequence[PlannedRule]) -> None:
        self._masked = masked
        self._masks = masks
        self._rules = rules

    def frame(self) -> DataFrame:
        """The input with the four outcome columns; no row is added, dropped or changed.

        Input columns of the outcome columns' names give way to them.
        """
        texts = [rule.row_text for rule in self._rules]
        inside = [name for name in self._masked.columns if name.startswith(FLAG_PREFIX)]
        return (
            self._masked.drop(PASS, FAIL, SKIP, RESULT)
            .select(
                "*",
                self._texts(texts, PASSED).alias(PASS),
                self._texts(texts, FAILED).alias(FAIL),
                self._texts(texts, SKIPPED).alias(SKIP),
                F.expr(f"if({self._any_failed()}, 'Failed', 'Passed')").alias(RESULT),
            )
            .drop(*inside)
        )

    def totals(self) -> RowTotals:
        """One Spark job counts all of them."""
        counts = [F.count(F.lit(1)), F.expr(f"count_if({self._any_failed()})")]
        for i in range(len(self._rules)):
            place = self._masks.place(i)
            counts += [F.expr(f"count_if({place.is_code(code)})") for code in (PASSED, FAILED)]
        row = self._masked.agg(*(count.alias(f"c{i}") for i, count in enumerate(counts))).first()
        assert row is not None
        rows, failed = row[0], row[1]
        by_rule = [(row[i], row[i + 1]) for i in range(2, len(row), 2)]
        return RowTotals(
            rows - failed, failed, tuple(RowCounts(p, f, rows - p - f) for p, f in by_rule)
        )

    def _texts(self, texts: Sequence[str], code: int) -> Column:
        """The texts of the rules whose bits say `code`, in their order."""
        words = []
        together = _TOGETHER if len(texts) <= _MANY else _TOGETHER_OF_MANY
        for start in range(0, len(texts), PLACES_A_WORD):
            word = F.col(self._masks.place(start).word)
            tables = _tables(texts[start : start + PLACES_A_WORD], code, together)
            words.append(F.flatten(F.transform(tables, _look_up(word, together))))
        if not words:
            return F.expr("CAST(array() AS ARRAY<STRING>)")
        # The second argument is never used; it makes the column one that is never NULL.
        return F.coalesce(F.concat(*words), F.array(F.lit("")))

    def _any_failed(self) -> str:
        """Whether one of the rules' codes is FAILED, whose bit is the lower one."""
        failing: dict[str, int] = {}
        for i in range(len(self._rules)):
            place = self._masks.place(i)
            failing[place.word] = failing.get(place.word, 0) | FAILED << place.shift
        tests = [f"(`{word}` & {bits}L) != 0" for word, bits in failing.items()]
        return " OR ".join(tests) or "false"


def _tables(texts: Sequence[str], code: int, together: int) -> Column:
    """For each `together` rules an array: at the value of their bits, those whose bits say `code`.

    It is one constant, folded from JSON once: as an expression of its elements it would take
    longer to analyze than to use.
    """
    tables: list[list[list[str]]] = []
    for start in range(0, len(texts), together):
        part = texts[start : start + together]
        entries: list[list[str]] = []
        for bits in range(4**together):
            said = [text for i, text in enumerate(part) if bits >> 2 * i & 3 == code]
            entries.append(said)
        tables.append(entries)
    return F.from_json(F.lit(json.dumps(tables)), "array<array<array<string>>>")


def _look_up(word: Column, together: int) -> Callable[[Column, Column], Column]:
    def texts(table: Column, i: Column) -> Column:
        bits = F.call_function("shiftright", word, i * 2 * together).bitwiseAND(4**together - 1)
        return table[bits]

    return texts
