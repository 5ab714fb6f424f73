"""The language: what is read, how it prints, and how a mistake is told."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from dqdl import Ruleset, parse
from dqdl.errors import DqdlError, DqdlSyntaxError, DuplicateRuleTypeError
from dqdl.model import CompositeRule, Rule
from dqdl.operands import Arithmetic, Number, Text
from dqdl.rules import register, rule_types

FIXTURES = Path(__file__).with_name("fixtures")


def fixture(name: str) -> Any:
    return yaml.safe_load((FIXTURES / name).read_text(encoding="utf-8"))


def only_rule(text: str) -> Rule | CompositeRule:
    (rule,) = parse(f"Rules = [ {text} ]").rules
    return rule


@pytest.mark.parametrize("case", fixture("syntax_errors.yaml"), ids=lambda case: case["text"])
def test_a_mistake_is_told_with_its_place_and_what_is_valid(case: dict[str, Any]) -> None:
    with pytest.raises(DqdlSyntaxError) as caught:
        parse(case["text"])
    assert isinstance(caught.value, DqdlError)
    assert [caught.value.line, caught.value.column] == case["at"]
    line, column = case["at"]
    assert str(caught.value).startswith(f"Parsing Error: line {line}:{column} ")
    for words in case["says"]:
        assert words in str(caught.value)


@pytest.mark.parametrize(("written", "canonical"), fixture("canonical.yaml"))
def test_a_rule_prints_in_canonical_form_and_reads_back(written: str, canonical: str) -> None:
    assert str(only_rule(written)) == canonical
    assert only_rule(canonical) == only_rule(written)


def test_a_document_with_every_section_reads_and_prints_back() -> None:
    text = """
    Metadata = { "Version": "1.0", "Authors": ["a", "b"] }
    DataSources = { "Primary": "movies", "AdditionalDataSources": ["ref", "old"] }
    names = ["a","b"]
    column = "title"   # a comment
    DefaultLabels = [ "team" = "data" ]
    Rules = [
        ColumnValues $column in $names labels=["team"="own"], // another
        RowCount > 0
    ]
    Analyzers = [ RowCount, Completeness "title", AllStatistics "title",
        Distribution "a" with bins=5, rebin = false, Distribution AllColumns ]
    """
    ruleset = parse(text)
    assert ruleset.metadata == {"Version": "1.0", "Authors": ("a", "b")}
    assert ruleset.sources["AdditionalDataSources"] == ("ref", "old")
    rule = ruleset.rules[0]
    assert isinstance(rule, Rule)
    assert rule.parameters[0].value == "title"
    assert rule.condition is not None
    assert rule.condition.values == (Text("a"), Text("b"))
    assert str(rule) == 'ColumnValues $column in $names labels=["team"="own"]'
    assert ruleset.labels_of(rule) == {"team": "own"}
    assert ruleset.labels_of(ruleset.rules[1]) == {"team": "data"}
    assert [str(a) for a in ruleset.analyzers] == [
        "RowCount",
        'Completeness "title"',
        'AllStatistics "title"',
        'Distribution "a" with bins = 5, rebin = false',
        "Distribution AllColumns",
    ]
    assert parse(str(ruleset)) == ruleset
    assert parse(text.replace("\n", "\r\n")) == ruleset


def labelled(**labels: str) -> str:
    return "RowCount > 0 labels=[" + ", ".join(f'"{k}"="{v}"' for k, v in labels.items()) + "]"


def test_labels_are_as_many_and_as_long_as_the_guide_allows() -> None:
    assert only_rule(labelled(**{"k" * 128: "v" * 256}))
    assert only_rule(labelled(**{f"k{i}": "v" for i in range(10)}))
    for text, says in (
        (labelled(**{"k" * 129: "v"}), "is too long"),
        (labelled(k="v" * 257), "is too long"),
        (labelled(**{f"k{i}": "v" for i in range(11)}), r"exceed maximum allowed \(MAX: 10\)"),
    ):
        with pytest.raises(DqdlSyntaxError, match=says):
            only_rule(text)


def test_and_binds_tighter_than_or() -> None:
    rule = only_rule('(IsComplete "a") or (IsComplete "b") and (IsComplete "c")')
    assert isinstance(rule, CompositeRule)
    assert rule.operator == "OR"
    assert str(rule.right) == '(IsComplete "b") AND (IsComplete "c")'


def test_arithmetic_binds_from_the_left() -> None:
    rule = only_rule("RowCount = 1 + 2 * 3")
    assert isinstance(rule, Rule)
    assert rule.condition is not None
    left = Arithmetic("+", Number("1"), Number("2"))
    assert rule.condition.operands == (Arithmetic("*", left, Number("3")),)


def test_the_language_is_read_without_pyspark() -> None:
    code = (
        "import sys, dqdl; dqdl.parse('Rules = [ RowCount > 0 ]'); "
        "sys.exit(any(name.split('.')[0] in ('pyspark', 'py4j') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_rule_type_stands_once_in_the_registry() -> None:
    registry = dict(rule_types())
    with pytest.raises(DuplicateRuleTypeError, match="IsComplete"):
        register(registry, registry["IsComplete"])


# Random rulesets: parse -> print -> parse gives the same model, and the same text.

names = st.from_regex(r"[a-z][a-z0-9_. ]{0,8}", fullmatch=True)
strings = st.text(
    st.characters(blacklist_characters='"\\', blacklist_categories=("Cs", "Cc")), max_size=8
)
numbers = st.one_of(
    st.integers(-1000, 10**18).map(str),
    st.decimals(0, 1000, places=2).map(lambda value: f"{value:f}"),
)
ordered = st.sampled_from([">", ">=", "<", "<=", "=", "!="])


@st.composite
def number_conditions(draw: st.DrawFn) -> str:
    kind = draw(st.integers(0, 3))
    if kind == 0:
        return f"{draw(ordered)}{draw(numbers)}"
    if kind == 1:
        negation = draw(st.sampled_from(["", "not "]))
        return f"{negation}between {draw(numbers)} and {draw(numbers)}"
    if kind == 2:
        listed = " , ".join(draw(st.lists(numbers, min_size=1, max_size=4)))
        return f"{draw(st.sampled_from(['', 'not  ']))}in [{listed}]"
    return f"{draw(ordered)} ({draw(numbers)} + 2) * avg(last({draw(st.integers(1, 9))}))"


@st.composite
def simple_rules(draw: st.DrawFn) -> str:
    name = draw(names)
    where = draw(st.sampled_from(["", ' where "x > 1"', ' where "s = \\"a\\""']))
    kind = draw(st.integers(0, 5))
    if kind == 0:
        return f"RowCount {draw(number_conditions())}{where}"
    if kind == 1:
        return f'IsComplete "{name}"{where}'
    if kind == 2:
        listed = ", ".join(f'"{text}"' for text in draw(st.lists(strings, min_size=1, max_size=3)))
        return f'ColumnValues "{name}" in [{listed}, NULL]{where} with threshold > 0.5'
    if kind == 3:
        return f'ColumnValues "{name}"  matches "{draw(strings)}"{where}'
    if kind == 4:
        amount = draw(st.integers(0, 99))
        return f'DataFreshness "{name}" <= {amount} {draw(st.sampled_from(["days", "hours"]))}'
    return f'ColumnLength "{name}" {draw(number_conditions())} labels=["k"="v"]'


rules = st.recursive(
    simple_rules(),
    lambda nested: st.tuples(nested, st.sampled_from(["and", "OR", "or"]), nested).map(
        lambda parts: f"({parts[0]}) {parts[1]} ({parts[2]})"
    ),
    max_leaves=5,
)


@settings(max_examples=80, deadline=None)
@given(st.lists(rules, min_size=1, max_size=4))
def test_parse_print_parse_is_stable(texts: list[str]) -> None:
    first = parse("Rules = [\n" + ",\n".join(texts) + "\n]")
    printed = str(first)
    second = parse(printed)
    assert isinstance(second, Ruleset)
    assert second == first
    assert str(second) == printed


@pytest.mark.parametrize(
    "first",
    [
        'ColumnValues "a" matches "x"',
        'ColumnValues "a" in ["x"]',
        'FileSize = 12 B with uriRegex = "part="',
        'IsComplete "a" where "b = 1"',
        'ColumnValues "a" > 5 with threshold > 0.5',
        'CustomSql "select 1" = 1',
        "RowCount = avg(last(3))",
    ],
)
def test_what_looks_like_a_tag_after_a_comma_is_the_next_rule(first):
    """Tags of analyzers are separated by commas too."""
    assert [str(rule) for rule in parse(f"Rules = [ {first}, RowCount = 4 ]").rules] == [
        first,
        "RowCount = 4",
    ]
