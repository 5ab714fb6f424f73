"""Dynamic operands: against an evaluator of its own; names in history; what is recorded."""

import math
import uuid
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from dqdl import EvaluationOptions, evaluate, parse
from dqdl.dynamic import evaluated, percentile, plain, resolved
from dqdl.errors import HistoryError, RuleFailedError
from dqdl.history import HistoryRecord, MemoryHistory
from dqdl.model import ConditionKind, Rule
from dqdl.operands import Operand
from dqdl.rules import rule_types
from dqdl.ruletype import RuleType

# An expression is a tree of tuples; `written` spells it in DQDL, `worked_out` computes it exactly.
Tree = tuple[Any, ...]

leaves = st.one_of(
    st.decimals(0, 1000, places=2).map(lambda number: ("number", str(number))),
    st.just(("last",)),
    st.tuples(
        st.sampled_from(["avg", "median", "max", "min", "sum"]), st.integers(1, 9), st.booleans()
    ),
    st.tuples(st.just("index"), st.integers(3, 9), st.integers(0, 2)),
)
divisors = st.one_of(leaves.filter(lambda leaf: leaf[0] == "number"), st.just(("last",)))
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.tuples(st.just("abs"), inner),
        st.tuples(st.sampled_from("+-*"), inner, inner),
        st.tuples(st.just("/"), inner, divisors),
    ),
    max_leaves=8,
)


def written(tree: Tree) -> str:
    match tree:
        case ("number", text):
            return str(text)
        case ("last",):
            return "last()"
        case ("abs", inner):
            return f"abs({written(inner)})"
        case ("index", count, place):
            return f"index(last({count}), {place})"
        case (operator, left, right) if operator in "+-*/":
            return f"({written(left)}) {operator} ({written(right)})"
        case (name, count, of_absolute):
            return f"{name}(abs(last({count})))" if of_absolute else f"{name}(last({count}))"
    raise AssertionError(tree)


def worked_out(tree: Tree, newest_first: list[Fraction]) -> Fraction:
    """Exact; ZeroDivisionError and IndexError as they come."""
    match tree:
        case ("number", text):
            return Fraction(text)
        case ("last",):
            return (newest_first or [Fraction(0)])[0]
        case ("abs", inner):
            return abs(worked_out(inner, newest_first))
        case ("index", count, place):
            return (newest_first[:count] or [Fraction(0)])[place]
        case (operator, left, right) if operator in "+-*/":
            a, b = worked_out(left, newest_first), worked_out(right, newest_first)
            if operator == "/":
                return a / b
            return a + b if operator == "+" else a - b if operator == "-" else a * b
        case (name, count, of_absolute):
            values = sorted(map(abs, newest_first[:count]) if of_absolute else newest_first[:count])
            values = values or [Fraction(0)]
            half = len(values) // 2
            return {
                "avg": sum(values) / len(values),
                "sum": sum(values, Fraction(0)),
                "min": values[0],
                "max": values[-1],
                "median": (values[half] + values[len(values) - 1 - half]) / 2,
            }[name]
    raise AssertionError(tree)


def operand_of(text: str) -> Operand:
    (rule,) = parse(f"Rules = [ RowCount > {text} ]").rules
    assert isinstance(rule, Rule)
    assert rule.condition is not None
    return rule.condition.operands[0]


def reach(tree: Tree, newest_first: list[Fraction]) -> Fraction:
    """The value with nothing cancelled out, which bounds what rounding can add up to."""
    match tree:
        case ("number" | "last", *_):
            return abs(worked_out(tree, newest_first))
        case ("abs", inner):
            return reach(inner, newest_first)
        case ("+" | "-", left, right):
            return reach(left, newest_first) + reach(right, newest_first)
        case ("*", left, right):
            return reach(left, newest_first) * reach(right, newest_first)
        case ("/", left, right):
            return reach(left, newest_first) / abs(worked_out(right, newest_first))
        case _:
            return sum(map(abs, newest_first), Fraction(0))


@settings(max_examples=300, deadline=None)
@given(trees, st.lists(st.integers(-1000, 1000), max_size=10))
def test_an_expression_has_the_value_that_exact_arithmetic_gives_it(
    tree: Tree, history: list[int]
) -> None:
    operand = operand_of(written(tree))
    exact = [Fraction(value) for value in history]

    def last(count: int) -> list[float]:
        return [float(value) for value in history[:count]]

    try:
        expected = worked_out(tree, exact)
    except (ZeroDivisionError, IndexError):
        with pytest.raises(RuleFailedError):
            evaluated(operand, last)
        return
    tolerance = 1e-12 * float(reach(tree, exact))
    assert math.isclose(evaluated(operand, last), expected, rel_tol=1e-12, abs_tol=tolerance)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_that_is_put_in_can_be_read_back(value: float) -> None:
    assert float(plain(value)) == value
    (rule,) = parse(f"Rules = [ RowCount > {plain(value)} ]").rules
    assert str(rule) == f"RowCount > {plain(value)}"


def test_the_deviation_is_the_populations() -> None:
    history = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]  # mean 5, squared distances add up to 32
    assert evaluated(operand_of("std(last(8))"), lambda count: history[:count]) == 2.0


@pytest.mark.parametrize(
    ("percentage", "expected"), [(0, 1), (1, 1.04), (25, 2), (50, 3), (90, 4.6), (100, 5)]
)
def test_a_percentile_lies_between_its_neighbours(percentage: float, expected: float) -> None:
    assert math.isclose(percentile([5, 3, 1, 2, 4], percentage), expected)


def test_a_number_too_great_for_a_double_fails_the_rule() -> None:
    with pytest.raises(RuleFailedError, match="not a finite number"):
        evaluated(operand_of("sum(last(2)) * last()"), lambda count: [1e200, 1e200][:count])


# What `last()` looks for is what the rule reports.

REPORTED = {
    "AggregateMatch": 'AggregateMatch "sum(x)" "sum(ref.x)" = {}',
    "ColumnCorrelation": 'ColumnCorrelation "x" "y" > {}',
    "ColumnCount": "ColumnCount > {}",
    "ColumnLength": 'ColumnLength "s" > {}',
    "ColumnValues": 'ColumnValues "x" >= {}',
    "Completeness": 'Completeness "x" > {}',
    "CustomSql": 'CustomSql "select count(1) from primary" > {}',
    "DatasetMatch": 'DatasetMatch "ref" "x" > {}',
    "DistinctValuesCount": 'DistinctValuesCount "x" > {}',
    "DuplicateRowCount": 'DuplicateRowCount "x" "y" >= {}',
    "Entropy": 'Entropy "x" > {}',
    "InterquartileRange": 'InterquartileRange "x" > {}',
    "Kurtosis": 'Kurtosis "x" < {}',
    "Mean": 'Mean "x" > {}',
    "Range": 'Range "x" > {}',
    "ReferentialIntegrity": 'ReferentialIntegrity "x" "ref.x" > {}',
    "RowCount": "RowCount > {}",
    "RowCountMatch": 'RowCountMatch "ref" > {}',
    "SchemaMatch": 'SchemaMatch "ref" > {}',
    "Skewness": 'Skewness "x" = {}',
    "StandardDeviation": 'StandardDeviation "x" > {}',
    "Sum": 'Sum "x" > {}',
    "UniqueValueRatio": 'UniqueValueRatio "x" > {}',
    "Uniqueness": 'Uniqueness "x" > {}',
    "Variance": 'Variance "x" > {}',
    "ZerosCount": 'ZerosCount "x" = {}',
}
FURTHER = [
    'ColumnDataType "x" = "INTEGER" with threshold > {}',
    'ColumnLength "s" <= {}',
    'ColumnLength "s" = {}',
    'ColumnValues "x" < {}',
    'ColumnValues "x" = {}',
    'ColumnValues "x" in [1] with threshold > {}',
    'CustomSql "select x from primary" with threshold > {}',
    "DuplicateRowCount = {}",
    'DuplicateRowCount "x" = {}',
    'Uniqueness "x" "y" > {}',
]


def types_with_numbers() -> list[str]:
    """AWS has no dynamic rules on files."""
    return [
        name
        for name, rule_type in rule_types().items()
        if rule_type.plan
        and not name.startswith("File")
        and any(ConditionKind.NUMBER in form.returns for form in rule_type.signatures)
    ]


def rule_and_type(text: str) -> tuple[Rule, RuleType]:
    (rule,) = parse(f"Rules = [ {text} ]").rules
    assert isinstance(rule, Rule)
    return rule, rule_types()[rule.type_name]


@pytest.mark.spark
def test_each_type_finds_the_metric_that_it_reports(spark: SparkSession) -> None:
    assert set(types_with_numbers()) <= set(REPORTED)
    rows = [(1, 5, "a"), (2, 6, "bb"), (3, 7, "ccc")]
    frame = spark.createDataFrame(rows, "x int, y int, s string")
    known = [text for name, text in REPORTED.items() if name in types_with_numbers()]
    templates = [*known, *FURTHER]
    ruleset = "Rules = [\n" + ",\n".join(text.format(0) for text in templates) + "\n]"
    options = EvaluationOptions(history=MemoryHistory())
    outcomes = evaluate(frame, ruleset, options, {"ref": frame}).outcomes
    for text, outcome in zip(templates, outcomes, strict=True):
        rule, rule_type = rule_and_type(text.format("last()"))
        looked_for = []

        def history(key: str, count: int, found: list[str] = looked_for) -> list[float]:
            assert count == 1
            found.append(key)
            return [0.0]

        assert str(resolved(rule, rule_type, history)) == str(rule_and_type(text.format("0.0"))[0])
        (key,) = looked_for
        assert key.split(" ")[0] in outcome.evaluated_metrics, text


# What an evaluation leaves behind

ROWS = "x int, s string"


def metrics_of(store: MemoryHistory, context: str = "default_context") -> list[dict[str, float]]:
    return [dict(record.metrics) for record in store.newest(context)]


@pytest.mark.spark
def test_an_evaluation_records_each_rules_metrics(spark: SparkSession) -> None:
    frame = spark.createDataFrame([(1, "a"), (2, None), (None, "b")], ROWS)
    store = MemoryHistory()
    ruleset = """Rules = [
        (RowCount > 0) AND ((RowCount > 9 where "x = 1") OR (Completeness "s" > 0.5)),
        DetectAnomalies "ColumnValues" "x",
        CustomSql "select max(x) from primary" = 2,
        Mean "nosuch" > 1,
        ColumnExists "x"
    ] Analyzers = [ Sum "x", Mean "s" ]"""
    before = datetime.now(UTC)
    evaluate(frame, ruleset, EvaluationOptions(history=store, context="here"))
    (record,) = store.newest("here")
    assert before <= record.moment <= datetime.now(UTC)
    assert record.metrics == {
        "Dataset.*.RowCount": 3.0,
        'Dataset.*.RowCount where "x = 1"': 1.0,
        "Column.s.Completeness": 2 / 3,
        "Column.x.Minimum": 1.0,
        "Column.x.Maximum": 2.0,
        'Dataset.*.CustomSQL "select max(x) from primary"': 2.0,
        "Dataset.x.ColumnExists": 1.0,
        "Column.x.Sum": 3.0,
    }
    assert metrics_of(store) == []


@pytest.mark.spark
def test_the_next_evaluation_of_the_context_looks_back(spark: SparkSession) -> None:
    store = MemoryHistory()
    ruleset = "Rules = [ RowCount > last() ]"
    seen = []
    for context, rows in [("a", 3), ("a", 2), ("b", 1), ("a", 4)]:
        options = EvaluationOptions(history=store, context=context)
        (outcome,) = evaluate(spark.range(rows), ruleset, options).outcomes
        seen.append((outcome.outcome, outcome.evaluated_rule))
    assert seen == [
        ("Passed", "RowCount > 0.0"),
        ("Failed", "RowCount > 3.0"),
        ("Passed", "RowCount > 0.0"),
        ("Passed", "RowCount > 2.0"),
    ]


@pytest.mark.spark
def test_without_a_store_the_process_remembers(spark: SparkSession) -> None:
    context = str(uuid.uuid4())
    for expected in ("RowCount > 0.0", "RowCount > 3.0"):
        options = EvaluationOptions(context=context)
        (outcome,) = evaluate(spark.range(3), "Rules = [ RowCount > last() ]", options).outcomes
        assert outcome.evaluated_rule == expected


@pytest.mark.spark
def test_a_failed_evaluation_records_nothing(spark: SparkSession) -> None:
    store = MemoryHistory()
    broken = spark.range(3).selectExpr("if(id = 2, raise_error('broken row'), id) AS x")
    with pytest.raises(Exception, match="broken row"):
        evaluate(broken, 'Rules = [ Completeness "x" > 0 ]', EvaluationOptions(history=store))
    assert metrics_of(store) == []


@pytest.mark.spark
def test_a_store_that_fails_fails_the_evaluation(spark: SparkSession) -> None:
    class Broken(MemoryHistory):
        def record(self, record: HistoryRecord) -> None:
            raise HistoryError("no space left")

    with pytest.raises(HistoryError, match="no space left"):
        evaluate(spark.range(3), "Rules = [ RowCount > 0 ]", EvaluationOptions(history=Broken()))


@pytest.mark.spark
def test_history_is_not_read_where_nothing_looks_at_it(spark: SparkSession) -> None:
    class Unread(MemoryHistory):
        def newest(self, context: str):  # type: ignore[no-untyped-def]
            raise HistoryError(f"{context} was read")
            yield

    options = EvaluationOptions(history=Unread())
    assert evaluate(spark.range(3), "Rules = [ RowCount > 0 ]", options).outcomes[0].passed
    with pytest.raises(HistoryError, match="default_context was read"):
        evaluate(spark.range(3), "Rules = [ RowCount > last() ]", options)


@pytest.mark.spark
def test_the_evaluated_rule_stands_in_the_outcomes_frame(spark: SparkSession) -> None:
    options = EvaluationOptions(history=MemoryHistory())
    evaluation = evaluate(spark.range(3), "Rules = [ RowCount > last(), RowCount > 1 ]", options)
    rows = evaluation.rule_outcomes_frame().collect()
    assert [(row["Rule"], row["EvaluatedRule"]) for row in rows] == [
        ("RowCount > last()", "RowCount > 0.0"),
        ("RowCount > 1", None),
    ]
