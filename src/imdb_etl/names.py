"""Names that several parts of the pipeline, its stack and its commands share."""

from typing import Final

JOB_ARGUMENTS: Final = ("JOB_NAME", "config", "ruleset", "source_path")
"""What the job script is given as `--name value`; infra/template.yaml sets their defaults."""

RULES_PASS: Final = "DataQualityRulesPass"
RULES_FAIL: Final = "DataQualityRulesFail"
RULES_SKIP: Final = "DataQualityRulesSkip"
ROW_RESULT: Final = "DataQualityEvaluationResult"
OUTCOME_COLUMNS: Final = (RULES_PASS, RULES_FAIL, RULES_SKIP, ROW_RESULT)
"""What EvaluateDataQuality adds to every row (Glue developer guide, "Data quality rules")."""

PASSED: Final = "Passed"

REJECT_REASONS: Final = "reject_reasons"
TARGET: Final = "_target"
"""The struct column that holds a row's converted values until the row is known to be valid."""
RUN_ID: Final = "run_id"
SOURCE_FILE: Final = "source_file"
"""The S3 address of the file that a row came from."""

LOADS_TABLE: Final = "loads"
LOAD_FILES_TABLE: Final = "load_files"
"""The audit tables in the target's schema (conf/redshift/03_loads.sql): one row a load, and one row
a file of it."""

EVENT_SOURCE: Final = "imdb-etl"
EVENT_DETAIL_TYPE: Final = "IMDb ETL Run Summary"


def evaluation_context(ruleset: str) -> str:
    """The name under which a ruleset stands in the Glue catalog and in its results."""
    return f"imdb-etl-{ruleset}"
