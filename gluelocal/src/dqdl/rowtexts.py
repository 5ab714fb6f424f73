"""The texts of the rules that a row passed, failed or skipped, made of its bits when they are read.

Most rows share a few combinations of outcomes. A row with one of the most frequent finds its texts
ready; any other's are put together from tables of a few rules each.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pyspark.sql import Column
from pyspark.sql import functions as F

from dqdl.masks import PLACES_A_WORD, Combination, Masks

# How many rules one look-up answers. Its table has 4 ** _TOGETHER entries; with very many rules
# smaller tables keep the plan small.
_TOGETHER, _TOGETHER_OF_MANY = 3, 2
_MANY = 400
# Spark searches a map from its start, so that more entries would cost what they save.
_READY = 100
# All entries' texts together, to keep the plan of very many rules small.
_READY_TEXTS = 50_000


@dataclass(frozen=True)
class RowTexts:
    """`texts` are the rules' in the order of their places; `combinations` may be any or none."""

    masks: Masks
    texts: Sequence[str]
    combinations: Sequence[Combination]

    def saying(self, code: int) -> Column:
        """An array, never NULL: the texts of the rules whose bits say `code`, in their order."""
        assembled = self._assembled(code)
        ready = self._most_frequent()
        if not ready:
            return assembled
        words = self.masks.words(len(self.texts))
        key = F.struct(*(F.col(word) for word in words))
        return F.coalesce(F.try_element_at(self._ready(ready, words, code), key), assembled)

    def _most_frequent(self) -> list[Combination]:
        if not self.texts:
            return []
        by_rows = sorted(self.combinations, key=lambda c: c.rows, reverse=True)
        return by_rows[: min(_READY, _READY_TEXTS // len(self.texts))]

    def _ready(self, ready: Sequence[Combination], words: Sequence[str], code: int) -> Column:
        """Combination -> texts: one constant, folded from JSON once.

        As an expression of its elements it would take longer to analyze than to use.
        """
        entries = {
            tuple(combination.words[word] for word in words): combination for combination in ready
        }
        table = [
            {"key": dict(zip(words, key, strict=True)), "value": self._said(combination, code)}
            for key, combination in entries.items()
        ]
        fields = ", ".join(f"{word}: bigint" for word in words)
        shape = f"array<struct<key: struct<{fields}>, value: array<string>>>"
        return F.map_from_entries(F.from_json(F.lit(json.dumps(table)), shape))

    def _said(self, combination: Combination, code: int) -> list[str]:
        said = []
        for i, text in enumerate(self.texts):
            place = self.masks.place(i)
            if place.code_of(combination.words[place.word]) == code:
                said.append(text)
        return said

    def _assembled(self, code: int) -> Column:
        words = []
        together = _TOGETHER if len(self.texts) <= _MANY else _TOGETHER_OF_MANY
        for start in range(0, len(self.texts), PLACES_A_WORD):
            word = F.col(self.masks.place(start).word)
            tables = _tables(self.texts[start : start + PLACES_A_WORD], code, together)
            words.append(F.flatten(F.transform(tables, _look_up(word, together))))
        if not words:
            return F.expr("CAST(array() AS ARRAY<STRING>)")
        # The second argument is never used; it makes the column one that is never NULL.
        return F.coalesce(F.concat(*words), F.array(F.lit("")))


def _tables(texts: Sequence[str], code: int, together: int) -> Column:
    """For each `together` rules an array: at the value of their bits, those whose bits say `code`.

    One constant, as the table of the combinations is.
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
