"""Each row's outcomes: a bit mask inside, three arrays of rule texts in the frame that users see.

A rule takes two bits of a long: 0 pass, 1 fail, 2 skip.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pyspark.errors import AnalysisException
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, StringType

from dqdl import sql
from dqdl.errors import RuleFailedError
from dqdl.measuring import spark_problem
from dqdl.planner import PlannedRule, failed, rows_on_problem

PASS = "DataQualityRulesPass"
FAIL = "DataQualityRulesFail"
SKIP = "DataQualityRulesSkip"
RESULT = "DataQualityEvaluationResult"

_RULES_A_WORD = 31
_PASSED = 0
_FAILED = 1
_SKIPPED = 2
_WORD = "__dqdl_outcomes_{}"


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
    """`flagged` is the input, with flags whose names start with `__dqdl_`."""

    def __init__(self, flagged: DataFrame, rules: Sequence[PlannedRule]) -> None:
        self._rules = rules
        self._words = [rules[i : i + _RULES_A_WORD] for i in range(0, len(rules), _RULES_A_WORD)]
        self._names = [_WORD.format(i) for i in range(len(self._words))]
        flags = [name for name in flagged.columns if name.startswith("__dqdl_")]
        masks = [
            F.expr(_mask(word)).alias(name)
            for name, word in zip(self._names, self._words, strict=True)
        ]
        self._masked = flagged.select("*", *masks).drop(*flags)

    def frame(self) -> DataFrame:
        """The input with the four outcome columns; no row is added, dropped or changed.

        Input columns of the outcome columns' names give way to them.
        """
        rules, names = self._rules, self._names
        return (
            self._masked.drop(PASS, FAIL, SKIP, RESULT)
            .select(
                "*",
                _texts(rules, names, "{code} = 0").alias(PASS),
                _texts(rules, names, "{code} = 1").alias(FAIL),
                # Glue's array of skipped rules may hold NULL by its type.
                _texts(rules, names, "{code} = 2").cast(ArrayType(StringType(), True)).alias(SKIP),
                F.expr(f"if({self._any_failed()}, 'Failed', 'Passed')").alias(RESULT),
            )
            .drop(*names)
        )

    def totals(self) -> RowTotals:
        """One Spark job counts all of them."""
        counts = [F.count(F.lit(1)), F.expr(f"count_if({self._any_failed()})")]
        for place in range(len(self._rules)):
            name, shift = self._names[place // _RULES_A_WORD], 2 * (place % _RULES_A_WORD)
            for code in (_PASSED, _FAILED):
                counts.append(F.expr(f"count_if((shiftright({name}, {shift}) & 3L) = {code})"))
        row = self._masked.agg(*(count.alias(f"c{i}") for i, count in enumerate(counts))).first()
        assert row is not None
        rows, failed = row[0], row[1]
        by_rule = [(row[i], row[i + 1]) for i in range(2, len(row), 2)]
        return RowTotals(
            rows - failed, failed, tuple(RowCounts(p, f, rows - p - f) for p, f in by_rule)
        )

    def _any_failed(self) -> str:
        return _any_failed(self._words, self._names)


def sound_rules(flagged: DataFrame, rules: Sequence[PlannedRule]) -> tuple[PlannedRule, ...]:
    """The rules, those whose row predicate Spark refuses replaced by failed ones."""
    if _refusal(flagged, rules) is None:
        return tuple(rules)
    sound = []
    for rule in rules:
        refusal = _refusal(flagged, [rule])
        if refusal is None:
            sound.append(rule)
        else:
            sound.append(replace(rule, plan=failed(str(refusal), rows_on_problem(rule.rule))))
    return tuple(sound)


def _refusal(flagged: DataFrame, rules: Sequence[PlannedRule]) -> RuleFailedError | None:
    rows = [rule.plan.row for rule in rules if rule.plan.row is not None]
    try:
        flagged.select(*(F.expr(f"NOT ({row})").alias(f"r{i}") for i, row in enumerate(rows)))
    except AnalysisException as problem:
        return spark_problem(problem)
    return None


def _mask(word: Sequence[PlannedRule]) -> str:
    codes = []
    for place, rule in enumerate(word):
        if rule.plan.row is None:
            codes.append(f"{_SKIPPED << 2 * place}L")
        else:
            code = f"coalesce(CAST(NOT ({rule.plan.row}) AS BIGINT), {_SKIPPED}L)"
            codes.append(f"{code} * {1 << 2 * place}L")
    return " + ".join(codes)


def _texts(rules: Sequence[PlannedRule], names: Sequence[str], test: str) -> Column:
    if not rules:
        return F.expr("CAST(array() AS ARRAY<STRING>)")
    texts = ", ".join(sql.text(rule.row_text) for rule in rules)
    word = names[0]
    place = "i"
    if len(names) > 1:
        word = f"element_at(array({', '.join(names)}), CAST(i DIV {_RULES_A_WORD} AS INT) + 1)"
        place = f"i % {_RULES_A_WORD}"
    code = f"(shiftright({word}, 2 * ({place})) & 3L)"
    return F.expr(f"filter(array({texts}), (t, i) -> {test.format(code=code)})")


def _any_failed(words: Sequence[Sequence[PlannedRule]], names: Sequence[str]) -> str:
    tests = []
    for name, word in zip(names, words, strict=True):
        fail_bits = sum(1 << 2 * place for place in range(len(word)))
        tests.append(f"({name} & {fail_bits}L) != 0")
    return " OR ".join(tests) or "false"
