"""Random rules on random frames: dqdl on Spark against the plain-Python reference evaluator.

Each example is one frame and one ruleset, so one evaluation by Spark judges many rules. The
examples are the same in every run; DQDL_DIFFERENTIAL_EXAMPLES=n tries n random ones instead.
"""

import math
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import util
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from dqdl import EvaluationOptions, evaluate


def _load_reference() -> Any:
    # Tests are no package (import-mode=importlib), so the module beside this one goes by path.
    path = Path(__file__).with_name("reference_evaluator.py")
    spec = util.spec_from_file_location("reference_evaluator", path)
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


reference = _load_reference()
Condition, Composite, Frame = reference.Condition, reference.Composite, reference.Frame
Keyword, Rule, Where = reference.Keyword, reference.Rule, reference.Where

EXAMPLES = int(os.environ.get("DQDL_DIFFERENTIAL_EXAMPLES", "0"))
RULES = 40
LETTERS = {
    True: "DataQualityRulesPass",
    False: "DataQualityRulesFail",
    None: "DataQualityRulesSkip",
}
NUMBERS = ("0", "1", "-1", "2", "3", "0.5", "1.5", "2.50", "10", "-3", "100")
WIDE = ("9007199254740992", "9007199254740993", "9223372036854775807", "12345678901234.5678")
TEXTS = (
    "",
    " ",
    " \t",
    "\n",
    "a",
    "A",
    "ab",
    "a\nb",
    "b",
    "é",
    "名前",
    "😀",
    "it's",
    "x`y",
    "-",
    "$1",
)
NUMERALS = ("5", "10", "3.5", "-7", "1e3", "007", " 2 ", ".5", "+1", "1.", "abc", "")
DAYS = tuple(map(date.fromisoformat, ("1969-12-31", "2020-01-01", "2024-02-29", "9999-12-31")))
MOMENTS = (
    datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC),
    datetime(2020, 1, 1, tzinfo=UTC),
    datetime(2024, 2, 29, 12, 30, tzinfo=UTC),
    datetime(2024, 2, 29, 23, 59, 59, 999999, tzinfo=UTC),
)
PATTERNS = (
    "[a-z]+",
    "a|b",
    "(a|b)",
    ".*",
    "..",
    r"[A-Za-z]*",
    r"\s+",
    "A?",
    "[^a]",
    r"[0-9.]+",
    "a.b",
)

VALUES: dict[str, tuple[str, tuple[Any, ...]]] = {
    "x": ("bigint", (0, 1, 2, 3, -1, 10, 2**53, 2**53 + 1, 2**63 - 1, -(2**63))),
    "I": ("int", (0, 1, 1, 2, 3, -3, 2**31 - 1)),
    "v": ("double", (0.0, -0.0, 0.5, 1.0, 1.5, -1.0, math.nan, math.inf, -math.inf, 1e308, 5e-324)),
    "m": ("decimal(20,4)", tuple(map(Decimal, ("0", "0.5", "1.5", "-1", "12345678901234.5678")))),
    "s": ("string", TEXTS),
    "t": ("string", NUMERALS),
    "e": ("string", ("2020-01-01", "2024-02-29", "9999-12-31", "2023-02-30x", "today", "")),
    "d": ("date", DAYS),
    "ts": ("timestamp", MOMENTS),
    "b": ("boolean", (True, False)),
    "a b.c`": ("int", (0, 1, 2)),
    "none": ("int", ()),
}
TYPES = {"id": "bigint", **{name: kind for name, (kind, _) in VALUES.items()}}


def _filters() -> tuple[Any, ...]:
    def x_over(bound: int) -> Callable[[Any], bool | None]:
        return lambda row: None if row["x"] is None else row["x"] > bound

    return (
        Where("id > 2", lambda row: row["id"] > 2),
        Where("x > 0", x_over(0)),
        Where("NOT (x > 1)", lambda row: None if row["x"] is None else not row["x"] > 1),
        Where("s = 'a' OR s IS NULL", lambda row: row["s"] is None or row["s"] == "a"),
        Where("b", lambda row: row["b"]),
        Where("id > 1000", lambda _: False),
        Where("none = 1", lambda _: None),
        Where("true -- all of them", lambda _: True),
        Where("nosuch > 1", None),
        Where("id >", None),
    )


FILTERS = _filters()


@st.composite
def frames(draw: st.DrawFn) -> Any:
    rows = []
    for number in range(draw(st.integers(1, 8))):
        row: dict[str, Any] = {"id": number + 1}
        for name, (_, values) in VALUES.items():
            row[name] = draw(st.sampled_from((None, None, *values)))
        rows.append(row)
    return Frame(TYPES, tuple(rows))


def number_conditions(more: Sequence[str] = ()) -> st.SearchStrategy[Any]:
    number = st.sampled_from((*NUMBERS, *more)).map(Decimal)
    one = st.sampled_from(("=", "!=", ">", ">=", "<", "<="))
    two = st.sampled_from(("between", "not between"))
    many = st.sampled_from(("in", "not in"))
    return st.one_of(
        st.builds(lambda op, a: Condition(op, (a,)), one, number),
        st.builds(lambda op, a, b: Condition(op, (a, b)), two, number, number),
        st.builds(
            lambda op, a: Condition(op, tuple(a)), many, st.lists(number, min_size=1, max_size=4)
        ),
    )


def listed(kind: str, values: st.SearchStrategy[Any], keywords: Sequence[str]) -> Any:
    operand = st.one_of(values, st.sampled_from(keywords).map(Keyword))
    return st.one_of(
        st.builds(lambda op, a: Condition(op, (a,), kind), st.sampled_from(("=", "!=")), operand),
        st.builds(
            lambda op, a: Condition(op, tuple(a), kind),
            st.sampled_from(("in", "not in")),
            st.lists(operand, min_size=1, max_size=4),
        ),
    )


def kind_of(condition: Any) -> Any:
    """Nothing but NULL is compared as a string, whatever it was drawn as."""
    if all(operand == Keyword("NULL") for operand in condition.operands):
        return Condition(condition.operator, condition.operands, "string")
    return condition


def dates() -> Any:
    day = st.sampled_from(DAYS)
    return st.one_of(
        listed("date", day, ("NULL",)),
        st.builds(
            lambda op, a: Condition(op, (a,), "date"), st.sampled_from((">", ">=", "<", "<=")), day
        ),
        st.builds(
            lambda op, a, b: Condition(op, (a, b), "date"),
            st.sampled_from(("between", "not between")),
            day,
            day,
        ),
    )


WIDE_NUMBERS = number_conditions(WIDE)
VALUE_CONDITIONS = st.one_of(
    WIDE_NUMBERS,
    listed("number", st.sampled_from(NUMBERS).map(Decimal), ("NULL",)),
    listed("string", st.sampled_from((*TEXTS, "1", "2")), ("NULL", "EMPTY", "WHITESPACES_ONLY")),
    st.builds(
        lambda op, pattern: Condition(op, (pattern,), "string"),
        st.sampled_from(("matches", "not matches")),
        st.sampled_from(PATTERNS),
    ),
    dates(),
).map(kind_of)
COLUMNS = st.sampled_from((*TYPES, *(name for name in VALUES if name != "none"), "nosuch"))
WHERE = st.one_of(st.none(), st.none(), st.sampled_from(FILTERS))
RATIOS = st.builds(
    lambda op, a: Condition(op, (Decimal(a),)),
    st.sampled_from((">", ">=", "<", "<=", "=", "!=")),
    st.sampled_from(("0", "0.25", "0.5", "0.75", "1")),
)
# One key set is one more shuffle, so there are few of them.
KEYS = st.sampled_from((("I",), ("v",), ("s", "b"), ("none",), ("nosuch",)))
ROW_RULES = st.one_of(
    *[
        st.builds(
            lambda column, condition, where, threshold: Rule(
                "ColumnValues", (column,), condition, where, threshold
            ),
            COLUMNS,
            VALUE_CONDITIONS,
            WHERE,
            st.one_of(st.none(), st.none(), RATIOS),
        )
    ]
    * 4,
    st.builds(
        lambda column, condition, where: Rule("ColumnLength", (column,), condition, where),
        st.sampled_from(("s", "t", "e", "x")),
        number_conditions(),
        WHERE,
    ),
    st.builds(lambda column, where: Rule("IsComplete", (column,), None, where), COLUMNS, WHERE),
    st.builds(lambda c, a, where: Rule("Completeness", (c,), a, where), COLUMNS, RATIOS, WHERE),
    st.builds(
        lambda kind, keys, where: Rule(kind, keys, None, where),
        st.sampled_from(("IsUnique", "IsPrimaryKey")),
        KEYS,
        WHERE,
    ),
    st.builds(lambda keys, a, where: Rule("Uniqueness", keys, a, where), KEYS, RATIOS, WHERE),
    st.builds(
        lambda keys, a, where: Rule("UniqueValueRatio", keys[:1], a, where),
        KEYS.filter(lambda keys: len(keys) == 1),
        RATIOS,
        WHERE,
    ),
)
FRAME_RULES = st.one_of(
    st.builds(lambda a, where: Rule("RowCount", (), a, where), number_conditions(), WHERE),
    st.builds(lambda column: Rule("ColumnExists", (column,)), COLUMNS),
    st.builds(
        lambda kind, column, a, where: Rule(kind, (column,), a, where),
        st.sampled_from(("Mean", "Sum", "Variance", "StandardDeviation")),
        st.sampled_from(("x", "I", "v", "m", "none", "s", "nosuch")),
        number_conditions(),
        WHERE,
    ),
)
SINGLE = st.one_of(ROW_RULES, ROW_RULES, ROW_RULES, FRAME_RULES)
RULE = st.one_of(
    SINGLE,
    SINGLE,
    st.recursive(
        st.one_of(ROW_RULES, ROW_RULES, SINGLE),
        lambda inner: st.builds(
            lambda operator, parts: Composite(operator, tuple(parts)),
            st.sampled_from(("AND", "OR")),
            st.lists(inner, min_size=2, max_size=2),
        ),
        max_leaves=4,
    ),
)


# Rules as text


def written(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Keyword):
        return str(value.name)
    if isinstance(value, date):
        return f'"{value.isoformat()}"'
    return '"' + value.replace('"', '\\"') + '"'


def condition_text(condition: Any) -> str:
    operands = [written(operand) for operand in condition.operands]
    if condition.operator.endswith("between"):
        return f"{condition.operator} {operands[0]} and {operands[1]}"
    if condition.operator.endswith("in"):
        return f"{condition.operator} [{','.join(operands)}]"
    return f"{condition.operator} {operands[0]}"


def rule_text(rule: Any) -> str:
    """In the canonical form, which is the key of the outcomes."""
    if isinstance(rule, Composite):
        return f" {rule.operator} ".join(f"({rule_text(part)})" for part in _flat(rule))
    parts = [rule.type_name, *(f'"{column}"' for column in rule.columns)]
    if rule.condition:
        parts.append(condition_text(rule.condition))
    if rule.where:
        parts.append(f'where "{rule.where.sql}"')
    if rule.threshold:
        parts.append(f"with threshold {condition_text(rule.threshold)}")
    return " ".join(parts)


def _flat(rule: Any) -> list[Any]:
    """A tree of one operator alone prints as one list."""

    def uniform(part: Any) -> bool:
        return not isinstance(part, Composite) or (
            part.operator == rule.operator and all(map(uniform, part.parts))
        )

    def leaves(part: Any) -> list[Any]:
        if isinstance(part, Composite):
            return [leaf for inner in part.parts for leaf in leaves(inner)]
        return [part]

    return leaves(rule) if uniform(rule) else list(rule.parts)


def differences(
    spark: SparkSession, frame: Any, rules: list[Any], options: EvaluationOptions
) -> tuple[int, list[str]]:
    """How many results were compared, and a line for each that differs."""
    schema = ", ".join(f"`{name.replace('`', '``')}` {kind}" for name, kind in frame.types.items())
    rows = [tuple(row[name] for name in frame.types) for row in frame.rows]
    data = spark.createDataFrame(rows, schema).coalesce(1)
    texts = list(dict.fromkeys(map(rule_text, rules)))
    by_text = {rule_text(rule): rule for rule in rules}
    evaluation = evaluate(data, "Rules = [\n" + ",\n".join(texts) + "\n]", options)
    judged = {row["id"]: row for row in evaluation.row_outcomes_frame().collect()}
    outcomes = {outcome.rule: outcome for outcome in evaluation.outcomes}
    filtered = None if options.filtered_row_label == "SKIPPED" else True
    compared, found = 0, []
    assert sorted(judged) == [row["id"] for row in frame.rows]
    assert list(outcomes) == texts
    for text in texts:
        answer = reference.judge(by_text[text], frame, filtered, options.composite_method == "ROW")
        outcome = outcomes[text]
        if answer.passed is not None:
            compared += 1
            if outcome.passed != answer.passed:
                reason = outcome.failure_reason
                found.append(f"{text}: {outcome.outcome} ({reason}), expected {answer.passed}")
        for key, value in answer.metrics.items() if answer.passed is not None else ():
            compared += 1
            measured = outcome.evaluated_metrics.get(key, "missing")
            if measured == "missing" or not same(measured, float(value)):
                found.append(f"{text}: {key} is {measured}, expected {float(value)}")
        letters = answer.rows or [None] * len(frame.rows)
        for row, letter in zip(frame.rows, letters, strict=True):
            compared += 1
            for kind, column in LETTERS.items():
                if (text in judged[row["id"]][column]) != (kind is letter):
                    found.append(f"{text}: row {row} stands wrong in {column}, expected {letter}")
    return compared, found


def same(measured: float, expected: float) -> bool:
    both_nan = math.isnan(measured) and math.isnan(expected)
    return both_nan or math.isclose(measured, expected, rel_tol=1e-9, abs_tol=1e-9)


OPTIONS = st.builds(
    lambda label, method: EvaluationOptions(filtered_row_label=label, composite_method=method),
    st.sampled_from(("PASSED", "SKIPPED")),
    st.sampled_from(("COLUMN", "ROW")),
)
COMPARED = {"results": 0}


@pytest.mark.spark
@pytest.mark.slow
@settings(
    max_examples=EXAMPLES or 12,
    derandomize=not EXAMPLES,
    database=None,
    deadline=None,
    phases=(Phase.generate, Phase.shrink) if EXAMPLES else (Phase.generate,),
    suppress_health_check=list(HealthCheck),
)
@given(frame=frames(), rules=st.lists(RULE, min_size=RULES, max_size=RULES), options=OPTIONS)
def test_random_rules_answer_as_the_reference_evaluator(
    spark: SparkSession, frame: Any, rules: list[Any], options: EvaluationOptions
) -> None:
    compared, found = differences(spark, frame, rules, options)
    COMPARED["results"] += compared
    assert not found, "\n".join(found)
