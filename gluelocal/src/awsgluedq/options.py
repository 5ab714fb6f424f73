"""The dictionaries of publishing_options and additional_options, checked name by name.

Names, values and defaults: AWS Glue Developer Guide, "Evaluating data quality for ETL jobs".
"""

from collections.abc import Mapping
from typing import Literal, cast

from awsgluedq.errors import UnsupportedOptionError
from dqdl import EvaluationOptions
from dqdl.errors import OptionError

# What a publishing option may be; a str stands for any text.
_PUBLISHING: dict[str, type] = {
    "dataQualityEvaluationContext": str,
    "enableDataQualityCloudWatchMetrics": bool,
    "enableDataQualityResultsPublishing": bool,
    "resultsS3Prefix": str,
}
_ADDITIONAL: dict[str, tuple[str, ...]] = {
    "observations.scope": ("ALL", "NONE"),
    "performanceTuning.caching": ("CACHE_NOTHING", "CACHE_INPUT"),
    "compositeRuleEvaluation.method": ("ROW", "COLUMN"),
    "rowLevelConfiguration.filteredRowLabel": ("PASSED", "SKIPPED"),
    "rowLevelConfiguration.ruleWithLabels": ("ENABLED", "DISABLED"),
    "publishAggregatedMetrics.status": ("ENABLED", "DISABLED"),
}


def check_publishing(options: Mapping[str, object]) -> None:
    """OptionError for an unknown name or a wrong type; UnsupportedOptionError for what is missing.

    The evaluation context names the results where they are published, and nothing is published
    yet; so enableDataQualityResultsPublishing, which is on by default, has nothing to switch off.
    """
    for name, value in options.items():
        _known(name, _PUBLISHING, "publishing_options")
        wanted = _PUBLISHING[name]
        if not isinstance(value, wanted):
            raise OptionError(
                f"publishing_options[{name!r}] is {value!r}; it takes a {wanted.__name__}"
            )
    for name in ("enableDataQualityCloudWatchMetrics", "resultsS3Prefix"):
        if options.get(name):
            raise UnsupportedOptionError(
                f"publishing_options[{name!r}] = {options[name]!r} is not implemented; leave it "
                "out and write the returned frames yourself"
            )


def evaluation_options(options: Mapping[str, object]) -> EvaluationOptions:
    """additional_options as dqdl's options; errors as in check_publishing."""
    for name, value in options.items():
        _known(name, _ADDITIONAL, "additional_options")
        if value not in _ADDITIONAL[name]:
            raise OptionError(
                f"additional_options[{name!r}] is {value!r}; valid: {', '.join(_ADDITIONAL[name])}"
            )
    if options.get("publishAggregatedMetrics.status") == "ENABLED":
        raise UnsupportedOptionError(
            "additional_options['publishAggregatedMetrics.status'] = 'ENABLED' is not implemented; "
            "leave it out, and count the outcomes of rowLevelOutcomes instead"
        )
    label = options.get("rowLevelConfiguration.filteredRowLabel", "PASSED")
    method = options.get("compositeRuleEvaluation.method", "COLUMN")
    return EvaluationOptions(
        filtered_row_label=cast(Literal["PASSED", "SKIPPED"], label),
        composite_method=cast(Literal["COLUMN", "ROW"], method),
        rule_with_labels=options.get("rowLevelConfiguration.ruleWithLabels") == "ENABLED",
        cache_input=options.get("performanceTuning.caching") == "CACHE_INPUT",
    )


def _known(name: str, valid: Mapping[str, object], where: str) -> None:
    if name not in valid:
        raise OptionError(f"{where} has no option {name!r}; valid: {', '.join(sorted(valid))}")
