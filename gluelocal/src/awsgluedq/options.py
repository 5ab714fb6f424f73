"""The dictionaries of publishing_options and additional_options, checked name by name.

Names, values and defaults: AWS Glue Developer Guide, "EvaluateDataQuality class" and "Evaluating
data quality for ETL jobs in AWS Glue Studio". `dataQualityResultsPublishing.strategy` stands in the
scripts that AWS Glue Studio generates and is not documented.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast

from awsgluedq.errors import ArgumentTypeError, UnsupportedOptionError
from dqdl import EvaluationOptions
from dqdl.errors import OptionError

CONTEXT = "dataQualityEvaluationContext"
CLOUDWATCH = "enableDataQualityCloudWatchMetrics"
PUBLISHING = "enableDataQualityResultsPublishing"
PREFIX = "resultsS3Prefix"

# What a publishing option may be; a str stands for any text.
_PUBLISHING: dict[str, type] = {CONTEXT: str, CLOUDWATCH: bool, PUBLISHING: bool, PREFIX: str}
_UNSUPPORTED = {
    "publishToDataCatalogTarget": (
        "results are kept by evaluation context and job run, not by catalog table"
    ),
}
_ADDITIONAL: dict[str, tuple[str, ...]] = {
    "observations.scope": ("ALL", "NONE"),
    "performanceTuning.caching": ("CACHE_NOTHING", "CACHE_INPUT"),
    "compositeRuleEvaluation.method": ("ROW", "COLUMN"),
    "rowLevelConfiguration.filteredRowLabel": ("PASSED", "SKIPPED"),
    "rowLevelConfiguration.ruleWithLabels": ("ENABLED", "DISABLED"),
    "publishAggregatedMetrics.status": ("ENABLED", "DISABLED"),
    "dataQualityResultsPublishing.strategy": ("BEST_EFFORT",),
}

# Without the option this package chooses, as Glue does.
_KEEPING: dict[object, Literal["STAGED", "CACHED", "NOTHING"]] = {
    None: "STAGED",
    "CACHE_INPUT": "CACHED",
    "CACHE_NOTHING": "NOTHING",
}

# Scripts in Scala pass these texts (the guide's own example), and they are ported as they stand.
_TRUTH: dict[object, bool] = {"true": True, "false": False}


@dataclass(frozen=True)
class Publishing:
    """publishing_options with AWS's defaults."""

    context: str
    cloudwatch_metrics: bool
    results: bool
    results_prefix: str


@dataclass(frozen=True)
class Additional:
    """additional_options: dqdl's part of them, and what this package does itself.

    best_effort: whether an evaluation goes on when its results cannot be published.
    """

    evaluation: EvaluationOptions
    aggregated_metrics: bool
    best_effort: bool


def publishing(options: object) -> Publishing:
    """OptionError for an unknown name or a wrong type; UnsupportedOptionError for what is missing.

    A switch may also be the text "true" or "false".
    """
    given: dict[str, object] = {}
    for name, value in _dictionary(options, "publishing_options").items():
        if name in _UNSUPPORTED:
            raise UnsupportedOptionError(
                f"publishing_options[{name!r}] is not implemented: {_UNSUPPORTED[name]}. Leave it "
                "out"
            )
        _known(name, _PUBLISHING, "publishing_options")
        wanted = _PUBLISHING[name]
        if wanted is bool and isinstance(value, str):
            value = _TRUTH.get(value, value)
        if not isinstance(value, wanted):
            raise OptionError(
                f"publishing_options[{name!r}] is {value!r}; it takes a {wanted.__name__}"
            )
        given[name] = value
    return Publishing(
        context=cast(str, given.get(CONTEXT, "default_context")),
        cloudwatch_metrics=cast(bool, given.get(CLOUDWATCH, False)),
        results=cast(bool, given.get(PUBLISHING, True)),
        results_prefix=cast(str, given.get(PREFIX, "")),
    )


def additional(options: object) -> Additional:
    """As `publishing`; the evaluation's context, history and row outcomes are the caller's."""
    given = _dictionary(options, "additional_options")
    for name, value in given.items():
        _known(name, _ADDITIONAL, "additional_options")
        if value not in _ADDITIONAL[name]:
            raise OptionError(
                f"additional_options[{name!r}] is {value!r}; valid: {', '.join(_ADDITIONAL[name])}"
            )
    label = given.get("rowLevelConfiguration.filteredRowLabel", "PASSED")
    method = given.get("compositeRuleEvaluation.method", "COLUMN")
    return Additional(
        EvaluationOptions(
            filtered_row_label=cast(Literal["PASSED", "SKIPPED"], label),
            composite_method=cast(Literal["COLUMN", "ROW"], method),
            rule_with_labels=given.get("rowLevelConfiguration.ruleWithLabels") == "ENABLED",
            keep=_KEEPING[given.get("performanceTuning.caching")],
            observations=given.get("observations.scope") == "ALL",
        ),
        aggregated_metrics=given.get("publishAggregatedMetrics.status") == "ENABLED",
        best_effort="dataQualityResultsPublishing.strategy" in given,
    )


def _dictionary(options: object, where: str) -> Mapping[str, object]:
    if not isinstance(options, Mapping):
        raise ArgumentTypeError(
            f"{where} is a {type(options).__name__}; it takes a dictionary of options by name"
        )
    return options


def _known(name: object, valid: Mapping[str, object], where: str) -> None:
    if name not in valid:
        raise OptionError(f"{where} has no option {name!r}; valid: {', '.join(sorted(valid))}")
