"""The plan says as many Spark jobs as an evaluation then runs, and why a rule has no answer."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from pyspark.sql import DataFrame, SparkSession

from dqdl import EvaluationOptions, evaluate
from dqdl.errors import DqdlSyntaxError
from dqdl.explain import ExplainedRule, explain

CASES = yaml.safe_load(
    (Path(__file__).with_name("fixtures") / "explain.yaml").read_text(encoding="utf-8")
)

pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def people(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> DataFrame:
    """A file in two parts, as most data is; `x` has NULL, `name` stands twice at times."""
    folder = str(tmp_path_factory.mktemp("people") / "people.parquet")
    made = spark.range(100).selectExpr(
        "id", "nullif(id % 7, 0) AS x", "concat('n', id DIV 2) AS name", "id * 1.5D AS amount"
    )
    made.repartition(2).write.parquet(folder)
    return spark.read.parquet(folder)


def jobs_of(spark: SparkSession, work: Callable[[], object]) -> int:
    """Every job that the session starts meanwhile, in whatever thread."""

    def started() -> int:
        return int(spark.sparkContext._jsc.sc().dagScheduler().numTotalJobs())

    before = started()
    work()
    return started() - before


@pytest.mark.parametrize("case", CASES, ids=[case["title"] for case in CASES])
def test_the_plan_is_what_the_evaluation_does(
    spark: SparkSession, people: DataFrame, case: dict[str, Any]
) -> None:
    options = EvaluationOptions(**case.get("options", {}))
    sources = {"other": people.selectExpr("id", "name")}
    ruleset = "Rules = [" + ",\n".join(case["rules"]) + "]"
    planned = []
    assert jobs_of(spark, lambda: planned.append(explain(people, ruleset, options, sources))) == 0
    (plan,) = planned
    really = jobs_of(spark, lambda: evaluate(people, ruleset, options, sources))
    assert plan.spark_jobs <= really <= plan.spark_jobs + plan.possible_jobs
    assert bool(plan.possible_jobs) is case.get("joins", False)
    kinds = [query.kind for query in plan.queries if query.kind != "staging"]
    assert kinds == case["queries"]
    for place, expected in case.get("rule", {}).items():
        _compare(plan.rules[place], expected)


def _compare(rule: ExplainedRule, expected: dict[str, Any]) -> None:
    assert rule.row_level is expected.get("row_level", rule.row_level)
    if "problem" in expected:
        assert rule.problem is not None
        assert rule.problem.startswith(expected["problem"])
    else:
        assert rule.problem is None
    if "queries" in expected:
        assert len(rule.queries) == expected["queries"]
    if "parts" in expected:
        for part, of_part in zip(rule.parts, expected["parts"], strict=True):
            _compare(part, of_part)


def test_without_adaptive_execution_each_query_is_one_job(
    spark: SparkSession, people: DataFrame
) -> None:
    spark.conf.set("spark.sql.adaptive.enabled", "false")
    try:
        ruleset = 'Rules = [ IsUnique "id", IsComplete "x", Mean "amount" > 0 ]'
        plan = explain(people, ruleset)
        assert [query.spark_jobs for query in plan.queries] == [0, 1, 1]
        assert jobs_of(spark, lambda: evaluate(people, ruleset)) == 2
    finally:
        spark.conf.unset("spark.sql.adaptive.enabled")


def test_a_hundred_simple_rules_ask_no_more_than_one(people: DataFrame) -> None:
    rules = ", ".join(f'ColumnValues "x" < {i + 10}' for i in range(100))
    plan = explain(people, f"Rules = [{rules}]")
    assert [query.kind for query in plan.queries] == ["staging", "aggregation", "outcomes"]
    assert all(rule.row_level and rule.queries == (1, 2) for rule in plan.rules)
    assert len(plan.rules) == 100


def test_analyzers_are_explained_too(people: DataFrame) -> None:
    plan = explain(people, 'Analyzers = [ Mean "amount", Mean "nowhere" ]')
    assert [analyzer.problem for analyzer in plan.analyzers] == [
        None,
        "Input data does not include column nowhere!",
    ]


def test_a_bad_ruleset_is_refused_before_the_frame_is_looked_at() -> None:
    with pytest.raises(DqdlSyntaxError):
        explain(None, "Rules = [")  # type: ignore[arg-type]
