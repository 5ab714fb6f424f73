"""Step 2: a ruleset -> the outcome of each row and of each rule."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError
from pyspark.sql import DataFrame
from pyspark.sql import functions as sf

from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame, DynamicFrameCollection
from awsglue.transforms import SelectFromCollection
from awsgluedq.transforms import EvaluateDataQuality
from imdb_etl.errors import RulesetError
from imdb_etl.locations import S3Location
from imdb_etl.names import PASSED, SOURCE_FILE, evaluation_context
from imdb_etl.summary import RuleOutcome

# Rules on all of the dataset's columns, or that may name them all (AWS's list of DQDL types).
_SEES_COLUMNS = re.compile(
    r"\b(ColumnCount|ColumnNamesMatchPattern|SchemaMatch|DatasetMatch|CustomSql|DetectAnomalies"
    r"|AllStatistics)\b",
    re.IGNORECASE,
)

# Glue's wording for a rule on a column that is not there.
_UNKNOWN_COLUMN = "Input data does not include column"


@dataclass(frozen=True)
class Evaluation:
    """`rows`: the input with the four outcome columns; `outcomes`: one row a rule, as Glue has it.

    `rules` holds the same outcomes as values, in the order of `outcomes`.
    """

    rows: DataFrame
    outcomes: DynamicFrame
    rules: tuple[RuleOutcome, ...]


def read_ruleset(client: Any, location: S3Location) -> str:
    """The text of a ruleset in S3 (`client`: boto3 s3); RulesetError when it is not there."""
    try:
        body = client.get_object(Bucket=location.bucket, Key=location.key)["Body"].read()
    except client.exceptions.NoSuchKey as problem:
        raise RulesetError(
            f"there is no ruleset {location}; `imdb-etl run --ruleset NAME` uploads "
            "conf/rulesets/NAME.dqdl"
        ) from problem
    # The rule language's grammar knows no carriage return.
    return str(body.decode("utf-8-sig")).replace("\r\n", "\n")


def register_ruleset(client: Any, name: str, text: str) -> None:
    """Stores the ruleset in the Glue catalog (`client`: boto3 glue); RulesetError when refused.

    The service parses the text when it stores it, so a mistake is found before Spark starts, and
    the catalog shows the policy that was in force.
    """
    stored = evaluation_context(name)
    try:
        try:
            client.create_data_quality_ruleset(Name=stored, Ruleset=text)
        except client.exceptions.AlreadyExistsException:
            client.update_data_quality_ruleset(Name=stored, Ruleset=text)
    except client.exceptions.InvalidInputException as problem:
        raise RulesetError(f"ruleset {name}: {_message(problem)}") from problem


def _message(problem: ClientError) -> str:
    return str(problem.response["Error"]["Message"])


def evaluate(
    glue: GlueContext, rows: DataFrame, files: Sequence[str], name: str, text: str
) -> Evaluation:
    """Evaluates the ruleset; a rule on a column that the input lacks raises RulesetError.

    `rows` have SOURCE_FILE, which is no column of the dataset: a rule such as ColumnCount must not
    see it, and the judged rows must still have it. The rows of one file get it afterwards. With
    several files and a rule that can see it, the rules are evaluated once more for the row results.
    """
    one_file = len(files) == 1
    aside = one_file or _SEES_COLUMNS.search(text) is not None
    results = _results(glue, rows.drop(SOURCE_FILE) if aside else rows, name, text, publish=True)
    outcomes = SelectFromCollection.apply(dfc=results, key="ruleOutcomes")
    if aside and not one_file:
        results = _results(glue, rows, name, text, publish=False)
    judged = SelectFromCollection.apply(dfc=results, key="rowLevelOutcomes").toDF()
    if one_file:
        judged = judged.withColumn(SOURCE_FILE, sf.lit(files[0]))
    rules = tuple(
        RuleOutcome(
            rule=row["Rule"],
            outcome=row["Outcome"],
            reason=row["FailureReason"],
            metrics=dict(row["EvaluatedMetrics"] or {}),
        )
        for row in outcomes.toDF().collect()
    )
    require_evaluated(name, rules)
    return Evaluation(judged, outcomes, rules)


def _results(
    glue: GlueContext, rows: DataFrame, name: str, text: str, publish: bool
) -> DynamicFrameCollection:
    return EvaluateDataQuality().process_rows(
        frame=DynamicFrame.fromDF(rows, glue, "source"),
        ruleset=text,
        publishing_options={
            "dataQualityEvaluationContext": evaluation_context(name),
            # The stack's alarm counts them, and without them AWS sends no event.
            "enableDataQualityCloudWatchMetrics": publish,
            "enableDataQualityResultsPublishing": publish,
        },
        # The pipeline keeps its input already.
        additional_options={"performanceTuning.caching": "CACHE_NOTHING"},
    )


def require_evaluated(name: str, rules: tuple[RuleOutcome, ...]) -> None:
    """Raises RulesetError when a rule could not look at its column.

    Such a rule says nothing about the rows, so loading them would pass data that nobody checked.
    """
    for rule in rules:
        if rule.outcome != PASSED and rule.reason and _UNKNOWN_COLUMN in rule.reason:
            raise RulesetError(f"ruleset {name}: {rule.rule}: {rule.reason}")
