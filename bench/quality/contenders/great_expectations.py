"""Great Expectations on Spark: the package great-expectations"""

import os
from collections.abc import Sequence
from typing import Any

os.environ["GX_ANALYTICS_ENABLED"] = "false"

import great_expectations as gx
from great_expectations.data_context.types.base import ProgressBarsConfig
from pyspark.sql import DataFrame

from bench.quality.cases import Rule


def outcomes(frame: DataFrame, rules: Sequence[Rule]) -> list[bool]:
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_spark("spark").add_dataframe_asset("movies")
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})
    suite = gx.ExpectationSuite(name="movies", expectations=[_expectation(r) for r in rules])
    results = batch.validate(suite, result_format="BOOLEAN_ONLY").results
    # They come grouped by column; the suite's expectations have no ids to find them by.
    found = {_key(result.expectation_config): bool(result.success) for result in results}
    return [found[_key(_expectation(rule).configuration)] for rule in rules]


def _key(config: Any) -> str:
    kwargs = {name: config.kwargs[name] for name in sorted(config.kwargs) if name != "batch_id"}
    return f"{config.type} {kwargs}"


def _expectation(rule: Rule) -> Any:
    expect, column, values = gx.expectations, rule.column, list(rule.values)
    match rule.kind:
        case "complete" | "completeness":
            return expect.ExpectColumnValuesToNotBeNull(column=column, mostly=rule.share)
        case "unique":
            return expect.ExpectColumnValuesToBeUnique(column=column)
        case "between":
            return expect.ExpectColumnValuesToBeBetween(
                column=column, min_value=values[0], max_value=values[1],
                strict_min=True, strict_max=True,
            )  # fmt: skip
        case "greater":
            return expect.ExpectColumnValuesToBeBetween(
                column=column, min_value=values[0], strict_min=True
            )
        case "less":
            return expect.ExpectColumnValuesToBeBetween(
                column=column, max_value=values[0], strict_max=True
            )
        case "in":
            return expect.ExpectColumnValuesToBeInSet(column=column, value_set=values)
        case "not_in" | "not_equal":
            return expect.ExpectColumnValuesToNotBeInSet(column=column, value_set=values)
        case "matches":
            return expect.ExpectColumnValuesToMatchRegex(column=column, regex=rule.regex)
        case "length_at_most":
            return expect.ExpectColumnValueLengthsToBeBetween(column=column, max_value=values[0])
