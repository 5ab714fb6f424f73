"""docs/rules.md shows every rule type at work, and every example has the outcome that it claims."""

import re
from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import DoubleType, LongType, StringType, StructType

from dqdl import EvaluationOptions, evaluate, parse
from dqdl.history import MemoryHistory
from dqdl.model import AnyRule, CompositeRule
from dqdl.rules import rule_types

ROOT = Path(__file__).parents[3]
SAMPLE = ROOT / "data" / "imdb_top_1000.csv"
NUMERIC = {"imdb_rating": DoubleType(), "meta_score": LongType(), "no_of_votes": LongType()}
BLOCK = re.compile(r"```dqdl\n(.*?)```", re.DOTALL)
LINE = re.compile(r"^ +(?P<rule>\S.*?),? +# (?P<outcome>Passed|Failed)\b.*$", re.MULTILINE)


def blocks() -> list[str]:
    return BLOCK.findall((ROOT / "docs" / "rules.md").read_text(encoding="utf-8"))


def expected_outcomes(block: str) -> dict[str, str]:
    """The canonical rule -> the outcome that the comment on its line claims."""
    found = {}
    for line in LINE.finditer(block):
        (rule,) = parse(f"Rules = [ {line['rule']} ]").rules
        found[str(rule)] = line["outcome"]
    return found


def types_of(rule: AnyRule) -> set[str]:
    if isinstance(rule, CompositeRule):
        return {name for operand in rule.operands() for name in types_of(operand)}
    return {rule.type_name}


@pytest.fixture(scope="module")
def movies(spark: SparkSession) -> DataFrame:
    schema = StructType()
    for name in SAMPLE.read_text(encoding="utf-8").splitlines()[0].lower().split(","):
        schema = schema.add(name, NUMERIC.get(name, StringType()))
    return spark.read.csv(str(SAMPLE), header=True, schema=schema, escape='"').cache()


@pytest.mark.spark
@pytest.mark.parametrize("number", range(len(blocks())))
def test_an_example_of_the_rules_page_has_the_outcome_that_it_claims(
    movies: DataFrame, number: int
) -> None:
    block = blocks()[number]
    expected = expected_outcomes(block)
    ruleset = parse(block)
    assert [str(rule) for rule in ruleset.rules] == list(expected), "a rule without its outcome"
    # The page names files from the repository's root, Spark looks from where it was started.
    runs = parse(block.replace('"data/', f'"{ROOT}/data/'))
    options = EvaluationOptions(history=MemoryHistory())
    outcomes = evaluate(movies, runs, options, sources={"reference": movies}).outcomes
    found = dict(zip(expected, ((o.outcome, o.failure_reason) for o in outcomes), strict=True))
    wrong = {rule: found[rule] for rule in expected if found[rule][0] != expected[rule]}
    assert not wrong


def test_every_rule_type_has_an_example_on_the_rules_page() -> None:
    shown: set[str] = set()
    for block in blocks():
        ruleset = parse(block)
        for rule in ruleset.rules:
            shown |= types_of(rule)
        shown |= {analyzer.type_name for analyzer in ruleset.analyzers}
    assert set(rule_types()) - shown == set()
