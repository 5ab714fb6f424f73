"""What the split and the outcomes have to be: the rules as plain SQL. Not measured."""

from collections.abc import Sequence
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from bench.quality.cases import Rule
from bench.quality.checking import fingerprint

# Aggregates of many predicates in one query would be slow to compile.
_AT_ONCE = 50


def reference(frame: DataFrame, rules: Sequence[Rule]) -> dict[str, Any]:
    """Rows, valid, rejected, the checksum of the rejected ids, failures, outcomes of the rules."""
    rows = frame.count()
    failing: list[int] = []
    tests = [f"NOT ({rule.sql})" for rule in rules]
    for start in range(0, len(tests), _AT_ONCE):
        part = tests[start : start + _AT_ONCE]
        counts = [F.expr(f"count_if({test})").alias(f"c{i}") for i, test in enumerate(part)]
        row = frame.agg(*counts).first()
        assert row is not None
        failing += list(row)
    spark = frame.sparkSession
    # One long expression a rule set is slow to plan; an array of them is not.
    spark.conf.set("spark.sql.codegen.wholeStage", "false")
    counted = frame.withColumn("failed", F.expr(f"size(filter(array({', '.join(tests)}), x -> x))"))
    facts = fingerprint(counted.where("failed > 0"), "failed")
    return {
        "rows": rows,
        "valid": rows - facts["rejected"],
        **facts,
        "passed": [rule.passes(n, rows) for rule, n in zip(rules, failing, strict=True)],
    }
