"""Each row's outcomes as users see them: three arrays of rule texts, and passed or failed."""

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from dqdl.masks import FAILED, FLAG_PREFIX, PASSED, SKIPPED, Combination, Masks, Place
from dqdl.planner import PlannedRule
from dqdl.rowtexts import RowTexts

PASS = "DataQualityRulesPass"
FAIL = "DataQualityRulesFail"
SKIP = "DataQualityRulesSkip"
RESULT = "DataQualityEvaluationResult"


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
    """`masked` has the bits of `masks`, whose first predicates are the rules' in their order.

    `combinations` are those of its rows, where all are known.
    """

    def __init__(
        self,
        masked: DataFrame,
        masks: Masks,
        rules: Sequence[PlannedRule],
        combinations: Sequence[Combination] = (),
    ) -> None:
        self._masked = masked
        self._masks = masks
        self._rules = rules
        self._combinations = combinations

    def frame(self) -> DataFrame:
        """The input with the four outcome columns; no row is added, dropped or changed.

        Input columns of the outcome columns' names give way to them.
        """
        texts = RowTexts(self._masks, [rule.row_text for rule in self._rules], self._combinations)
        inside = [name for name in self._masked.columns if name.startswith(FLAG_PREFIX)]
        return (
            self._masked.drop(PASS, FAIL, SKIP, RESULT)
            .select(
                "*",
                texts.saying(PASSED).alias(PASS),
                texts.saying(FAILED).alias(FAIL),
                texts.saying(SKIPPED).alias(SKIP),
                F.expr(f"if({self._any_failed()}, 'Failed', 'Passed')").alias(RESULT),
            )
            .drop(*inside)
        )

    def totals(self) -> RowTotals:
        """One Spark job counts all of them where the combinations don't tell."""
        if self._combinations:
            return self._known_totals()
        counts = [F.count(F.lit(1)), F.expr(f"count_if({self._any_failed()})")]
        for place in self._places():
            counts += [F.expr(f"count_if({place.is_code(code)})") for code in (PASSED, FAILED)]
        row = self._masked.agg(*(count.alias(f"c{i}") for i, count in enumerate(counts))).first()
        assert row is not None
        rows, failed = row[0], row[1]
        by_rule = [(row[i], row[i + 1]) for i in range(2, len(row), 2)]
        return RowTotals(
            rows - failed, failed, tuple(RowCounts(p, f, rows - p - f) for p, f in by_rule)
        )

    def _known_totals(self) -> RowTotals:
        every = [0] * len(self._rules)
        by_code = {PASSED: every, FAILED: every.copy(), SKIPPED: every.copy()}
        failed = 0
        for combination in self._combinations:
            codes = [place.code_of(combination.words[place.word]) for place in self._places()]
            failed += combination.rows if FAILED in codes else 0
            for i, code in enumerate(codes):
                by_code[code][i] += combination.rows
        rows = sum(combination.rows for combination in self._combinations)
        of_rules = zip(by_code[PASSED], by_code[FAILED], by_code[SKIPPED], strict=True)
        return RowTotals(rows - failed, failed, tuple(RowCounts(*counts) for counts in of_rules))

    def _places(self) -> list[Place]:
        return [self._masks.place(i) for i in range(len(self._rules))]

    def _any_failed(self) -> str:
        """Whether one of the rules' codes is FAILED, whose bit is the lower one."""
        failing: dict[str, int] = {}
        for place in self._places():
            failing[place.word] = failing.get(place.word, 0) | FAILED << place.shift
        tests = [f"(`{word}` & {bits}L) != 0" for word, bits in failing.items()]
        return " OR ".join(tests) or "false"
