"""Each row's outcomes: a bit mask inside, three arrays of rule texts in the frame that users see.

A rule takes two bits of a long: 0 pass, 1 fail, 2 skip.
"""

from collections.abc import Sequence
from dataclasses import replace

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
_SKIPPED = 2
_WORD = "__dqdl_outcomes_{}"


def row_outcomes(flagged: DataFrame, rules: Sequence[PlannedRule]) -> DataFrame:
    """`flagged` (the input, and flags that start with `__dqdl_`) with the four outcome columns.

    No row is added, dropped or changed. Input columns of the outcome columns' names give way to
    them.
    """
    words = [rules[i : i + _RULES_A_WORD] for i in range(0, len(rules), _RULES_A_WORD)]
    names = [_WORD.format(i) for i in range(len(words))]
    flags = [name for name in flagged.columns if name.startswith("__dqdl_")]
    masked = flagged.drop(PASS, FAIL, SKIP, RESULT).select(
        "*", *(F.expr(_mask(word)).alias(name) for name, word in zip(names, words, strict=True))
    )
    return masked.select(
        "*",
        _texts(rules, names, "{code} = 0").alias(PASS),
        _texts(rules, names, "{code} = 1").alias(FAIL),
        # Glue's array of skipped rules may hold NULL by its type.
        _texts(rules, names, "{code} = 2").cast(ArrayType(StringType(), True)).alias(SKIP),
        F.expr(f"if({_any_failed(words, names)}, 'Failed', 'Passed')").alias(RESULT),
    ).drop(*names, *flags)


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
