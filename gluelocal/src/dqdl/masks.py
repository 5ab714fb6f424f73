"""Each row's outcomes as bits: every predicate is evaluated once a row, into two bits of a long.

0 pass, 1 fail, 2 skip.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

PASSED, FAILED, SKIPPED = 0, 1, 2
# 60 bits: below the sign, and a multiple of what rowtexts looks up at once.
PLACES_A_WORD = 30
FLAG_PREFIX = "__dqdl_"
_WORD = FLAG_PREFIX + "outcomes_"
# Spark compiles a projection of many predicates into one method when it is part of a whole stage;
# beyond 8,000 bytes of code the JVM only interprets that method, ten times slower. A higher-order
# function keeps a projection out of whole stages, and then Spark splits it into small methods.
_APART = "exists(array(false), x -> x)"


@dataclass(frozen=True)
class Place:
    """Where a predicate's two bits are."""

    word: str
    shift: int

    def code_of(self, word: int) -> int:
        return word >> self.shift & 3

    def is_code(self, code: int) -> str:
        return f"((shiftright(`{self.word}`, {self.shift}) & 3L) = {code})"


@dataclass(frozen=True)
class Combination:
    """The words of the `rows` rows that have them, by the words' columns."""

    words: Mapping[str, int]
    rows: int


class Masks:
    """`predicates` are three-valued SQL expressions; None stands for one that every row skips.

    They keep their order, 30 in a word. An equal predicate may stand twice.
    """

    def __init__(self, predicates: Sequence[str | None]) -> None:
        self._predicates = tuple(predicates)
        self._places = {
            predicate: Place(*self._position(i))
            for i, predicate in enumerate(predicates)
            if predicate is not None
        }

    @staticmethod
    def _position(i: int) -> tuple[str, int]:
        return f"{_WORD}{i // PLACES_A_WORD}", 2 * (i % PLACES_A_WORD)

    def place(self, i: int) -> Place:
        """Where the i-th predicate's bits are."""
        return Place(*self._position(i))

    def words(self, count: int) -> list[str]:
        """The columns that have the bits of the first `count` predicates."""
        return [self._position(i)[0] for i in range(0, count, PLACES_A_WORD)]

    def find(self, predicate: str) -> Place:
        return self._places[predicate]

    def on(self, frame: DataFrame) -> DataFrame:
        """The frame and the words; AnalysisException when Spark refuses a predicate."""
        return frame.select("*", *self._words()) if self._predicates else frame

    def _words(self) -> list[Column]:
        words = []
        for start in range(0, len(self._predicates), PLACES_A_WORD):
            codes = [
                _code(predicate, 2 * place)
                for place, predicate in enumerate(self._predicates[start : start + PLACES_A_WORD])
            ]
            name, _ = self._position(start)
            words.append(F.expr(f"if({_APART}, 0L, {' + '.join(codes)})").alias(name))
        return words


def _code(predicate: str | None, shift: int) -> str:
    if predicate is None:
        return f"{SKIPPED << shift}L"
    return f"coalesce(CAST(NOT ({predicate}) AS BIGINT), {SKIPPED}L) * {1 << shift}L"
